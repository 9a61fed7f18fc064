"""Makes YuNet's block-quantized file one that ONNX Runtime opens at any picture size.

Its weights are int8 with scales, in a form that ONNX Runtime refuses: they are multiplied out once,
when they are fetched. The numbers of fields are those of onnx.proto (ONNX 1.17); that file is
edited as it stands, so that nobody who runs Facetally has to install `onnx`.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.weights.protobuf import VARINT, Field, read_fields, write_fields

Array = NDArray[np.generic]

# The layout of the detector's input, with the sides left open.
INPUT_SHAPE = ("batch", 3, "height", "width")

MODEL_GRAPH = 7
GRAPH_NODE, GRAPH_INITIALIZER, GRAPH_INPUT, GRAPH_OUTPUT, GRAPH_VALUE_INFO = 1, 5, 11, 12, 13
NODE_INPUT, NODE_OUTPUT, NODE_OPERATOR, NODE_ATTRIBUTE = 1, 2, 4, 5
ATTRIBUTE_NAME, ATTRIBUTE_INTEGER = 1, 3
TENSOR_DIMENSION, TENSOR_TYPE, TENSOR_NAME, TENSOR_DATA = 1, 2, 8, 9
VALUE_NAME, VALUE_TYPE, TYPE_TENSOR, TENSOR_TYPE_SHAPE, SHAPE_DIMENSION = 1, 2, 1, 2, 1
DIMENSION_VALUE, DIMENSION_NAME = 1, 2
TYPES: dict[int, np.dtype[np.generic]] = {
    1: np.dtype("<f4"),
    3: np.dtype("<i1"),
    7: np.dtype("<i8"),
}


def simplify_detector(model: bytes) -> bytes:
    """The int8 YuNet with float weights, and with batch and sides left open.

    The same source gives the same bytes on every machine. Raises ValueError for another model.
    """
    return write_fields(
        Field(MODEL_GRAPH, _simplify_graph(field.content)) if field.number == MODEL_GRAPH else field
        for field in read_fields(model)
    )


def _simplify_graph(graph: bytes) -> bytes:
    fields = list(read_fields(graph))
    tensors = dict(_read_tensor(tensor) for tensor in _select(fields, GRAPH_INITIALIZER))
    kept: list[bytes] = []
    for node in _select(fields, GRAPH_NODE):
        computed = _compute_node(node, tensors)
        if computed is None:
            kept.append(node)
        else:
            tensors[_texts(node, NODE_OUTPUT)[0]] = computed
    tensors |= _open_heads(kept, tensors)
    used = {name for node in kept for name in _texts(node, NODE_INPUT)}
    written = {
        GRAPH_NODE: kept,
        GRAPH_INITIALIZER: [_write_tensor(name, tensors[name]) for name in tensors if name in used],
        GRAPH_INPUT: [_set_shape(one, INPUT_SHAPE) for one in _select(fields, GRAPH_INPUT)],
        GRAPH_OUTPUT: [_open_output(one) for one in _select(fields, GRAPH_OUTPUT)],
        # Shapes within the graph, which are those of one 640x640 picture.
        GRAPH_VALUE_INFO: [],
    }
    others = [field for field in fields if field.number not in written]
    return write_fields(
        [*others, *(Field(number, one) for number, all in written.items() for one in all)]
    )


def _compute_node(node: bytes, tensors: Mapping[str, Array]) -> Array | None:
    """The output of a `node` whose inputs are all constant; None when it has to stay."""
    names = _texts(node, NODE_INPUT)
    if not all(name in tensors for name in names):
        return None
    inputs = [tensors[name] for name in names]
    [operator] = _texts(node, NODE_OPERATOR)
    if operator == "DequantizeLinear":
        return _dequantize(node, *inputs)
    if operator == "Reshape":
        return inputs[0].reshape(tuple(int(side) for side in inputs[1]))
    raise ValueError(f"Only DequantizeLinear and Reshape can be simplified, got {operator}")


def _dequantize(
    node: bytes, quantized: Array, scales: Array, zero_points: Array
) -> NDArray[np.float32]:
    """(int8 - zero point) * scale, with one scale for each block of `block_size` along `axis`."""
    options = _read_options(node)
    block_size, axis = options.get("block_size", 0), options.get("axis", 1)
    if block_size:
        scales = np.repeat(scales, block_size, axis=axis)
        zero_points = np.repeat(zero_points, block_size, axis=axis)
    # Zero points and weights are int8: their difference needs one bit more.
    centered = quantized.astype(np.int16) - zero_points.astype(np.int16)
    return centered.astype(np.float32) * scales.astype(np.float32)


def _open_heads(nodes: Iterable[bytes], tensors: Mapping[str, Array]) -> dict[str, Array]:
    """The shapes that the outputs are brought into, for any batch and picture size."""
    heads = [node for node in nodes if _texts(node, NODE_OPERATOR) == ["Reshape"]]
    shapes = [_texts(head, NODE_INPUT)[1] for head in heads]
    # 0 keeps the batch as it comes, -1 takes as many anchors as the picture gives.
    return {name: np.array([0, -1, int(tensors[name][2])], dtype="<i8") for name in shapes}


def _open_output(value: bytes) -> bytes:
    """An output (batch, anchors, channels) with all but the channels left open."""
    [name] = _texts(value, VALUE_NAME)
    [channels] = _numbers(_list_dimensions(value)[2], DIMENSION_VALUE)
    return _set_shape(value, ("batch", f"anchors_{name.rsplit('_', 1)[1]}", channels))


def _list_dimensions(value: bytes) -> list[bytes]:
    message = value
    for number in (VALUE_TYPE, TYPE_TENSOR, TENSOR_TYPE_SHAPE):
        [message] = _select(read_fields(message), number)
    return _select(read_fields(message), SHAPE_DIMENSION)


def _set_shape(value: bytes, sides: Sequence[int | str]) -> bytes:
    dimensions = [
        Field(DIMENSION_VALUE, side, VARINT)
        if isinstance(side, int)
        else Field(DIMENSION_NAME, side.encode())
        for side in sides
    ]
    shape = write_fields(Field(SHAPE_DIMENSION, write_fields([one])) for one in dimensions)
    return _replace(value, (VALUE_TYPE, TYPE_TENSOR, TENSOR_TYPE_SHAPE), shape)


def _replace(message: bytes, path: Sequence[int], content: bytes) -> bytes:
    """A message with another content of the field at the end of a path of fields."""
    if not path:
        return content
    return write_fields(
        Field(field.number, _replace(field.content, path[1:], content))
        if field.number == path[0]
        else field
        for field in read_fields(message)
    )


def _read_tensor(tensor: bytes) -> tuple[str, Array]:
    """The name and the values of a constant."""
    fields = list(read_fields(tensor))
    [name], [kind] = _texts(tensor, TENSOR_NAME), _numbers(tensor, TENSOR_TYPE)
    data = _select(fields, TENSOR_DATA)
    if kind not in TYPES or not data:
        raise ValueError(f"Only raw float32, int8 and int64 can be read, got {name} of {kind}")
    return name, np.frombuffer(data[0], TYPES[kind]).reshape(_numbers(tensor, TENSOR_DIMENSION))


def _write_tensor(name: str, values: Array) -> bytes:
    [kind] = [number for number, dtype in TYPES.items() if dtype == values.dtype]
    return write_fields(
        [
            *(Field(TENSOR_DIMENSION, side, VARINT) for side in values.shape),
            Field(TENSOR_TYPE, kind, VARINT),
            Field(TENSOR_NAME, name.encode()),
            Field(TENSOR_DATA, values.tobytes()),
        ]
    )


def _read_options(node: bytes) -> dict[str, int]:
    """The attributes of a node that are whole numbers."""
    return {
        _texts(attribute, ATTRIBUTE_NAME)[0]: number
        for attribute in _select(read_fields(node), NODE_ATTRIBUTE)
        for number in _numbers(attribute, ATTRIBUTE_INTEGER)
    }


def _select(fields: Iterable[Field], number: int) -> list[bytes]:
    return [field.content for field in fields if field.number == number]


def _texts(message: bytes, number: int) -> list[str]:
    return [content.decode() for content in _select(read_fields(message), number)]


def _numbers(message: bytes, number: int) -> list[int]:
    return [
        field.value
        for field in read_fields(message)
        if field.number == number and isinstance(field.value, int)
    ]
