"""Makes YuNet's block-quantized file one that ONNX Runtime opens at any picture size.

Its weights are int8 with scales, in a form that ONNX Runtime refuses: they are multiplied out once,
when they are fetched.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.conversion.onnx_messages import (
    DIMENSION_VALUE,
    GRAPH_INITIALIZER,
    GRAPH_INPUT,
    GRAPH_NODE,
    GRAPH_OUTPUT,
    GRAPH_VALUE_INFO,
    MODEL_GRAPH,
    NODE_INPUT,
    NODE_OPERATOR,
    NODE_OUTPUT,
    SHAPE_DIMENSION,
    TENSOR_TYPE_SHAPE,
    TYPE_TENSOR,
    VALUE_NAME,
    VALUE_TYPE,
    Array,
    numbers,
    read_options,
    read_tensor,
    select,
    texts,
    write_graph,
    write_shape,
    write_tensor,
)
from models.conversion.protobuf import Field, read_fields, write_fields

# The layout of the detector's input, with the sides left open.
INPUT_SHAPE = ("batch", 3, "height", "width")


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
    tensors = dict(read_tensor(tensor) for tensor in select(fields, GRAPH_INITIALIZER))
    kept: list[bytes] = []
    for node in select(fields, GRAPH_NODE):
        computed = _compute_node(node, tensors)
        if computed is None:
            kept.append(node)
        else:
            tensors[texts(node, NODE_OUTPUT)[0]] = computed
    tensors |= _open_heads(kept, tensors)
    used = {name for node in kept for name in texts(node, NODE_INPUT)}
    written = {
        GRAPH_NODE: kept,
        GRAPH_INITIALIZER: [write_tensor(name, tensors[name]) for name in tensors if name in used],
        GRAPH_INPUT: [_set_shape(one, INPUT_SHAPE) for one in select(fields, GRAPH_INPUT)],
        GRAPH_OUTPUT: [_open_output(one) for one in select(fields, GRAPH_OUTPUT)],
        # Shapes within the graph, which are those of one 640x640 picture.
        GRAPH_VALUE_INFO: [],
    }
    others = [field for field in fields if field.number not in written]
    return write_graph(written, others)


def _compute_node(node: bytes, tensors: Mapping[str, Array]) -> Array | None:
    """The output of a `node` whose inputs are all constant; None when it has to stay."""
    names = texts(node, NODE_INPUT)
    if not all(name in tensors for name in names):
        return None
    inputs = [tensors[name] for name in names]
    [operator] = texts(node, NODE_OPERATOR)
    if operator == "DequantizeLinear":
        return _dequantize(node, *inputs)
    if operator == "Reshape":
        return inputs[0].reshape(tuple(int(side) for side in inputs[1]))
    raise ValueError(f"Only DequantizeLinear and Reshape can be simplified, got {operator}")


def _dequantize(
    node: bytes, quantized: Array, scales: Array, zero_points: Array
) -> NDArray[np.float32]:
    """(int8 - zero point) * scale, with one scale for each block of `block_size` along `axis`."""
    options = read_options(node)
    block_size, axis = options.get("block_size", 0), options.get("axis", 1)
    if block_size:
        scales = np.repeat(scales, block_size, axis=axis)
        zero_points = np.repeat(zero_points, block_size, axis=axis)
    # Zero points and weights are int8: their difference needs one bit more.
    centered = quantized.astype(np.int16) - zero_points.astype(np.int16)
    return centered.astype(np.float32) * scales.astype(np.float32)


def _open_heads(nodes: Iterable[bytes], tensors: Mapping[str, Array]) -> dict[str, Array]:
    """The shapes that the outputs are brought into, for any batch and picture size."""
    heads = [node for node in nodes if texts(node, NODE_OPERATOR) == ["Reshape"]]
    shapes = [texts(head, NODE_INPUT)[1] for head in heads]
    # 0 keeps the batch as it comes, -1 takes as many anchors as the picture gives.
    return {name: np.array([0, -1, int(tensors[name][2])], dtype="<i8") for name in shapes}


def _open_output(value: bytes) -> bytes:
    """An output (batch, anchors, channels) with all but the channels left open."""
    [name] = texts(value, VALUE_NAME)
    [channels] = numbers(_list_dimensions(value)[2], DIMENSION_VALUE)
    return _set_shape(value, ("batch", f"anchors_{name.rsplit('_', 1)[1]}", channels))


def _list_dimensions(value: bytes) -> list[bytes]:
    message = value
    for number in (VALUE_TYPE, TYPE_TENSOR, TENSOR_TYPE_SHAPE):
        [message] = select(read_fields(message), number)
    return select(read_fields(message), SHAPE_DIMENSION)


def _set_shape(value: bytes, sides: Sequence[int | str]) -> bytes:
    shape = write_shape(sides)
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
