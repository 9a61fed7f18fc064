"""Makes YuNet's block-quantized file one that ONNX Runtime opens at any picture size.

Its weights are int8 with scales, in a form that ONNX Runtime refuses: they are multiplied out once,
when they are fetched.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from models.conversion.dequantized import multiply_out, set_shape, write_simplified
from models.conversion.onnx_messages import (
    DIMENSION_VALUE,
    GRAPH_INPUT,
    GRAPH_OUTPUT,
    MODEL_GRAPH,
    NODE_INPUT,
    NODE_OPERATOR,
    SHAPE_DIMENSION,
    TENSOR_TYPE_SHAPE,
    TYPE_TENSOR,
    VALUE_NAME,
    VALUE_TYPE,
    Array,
    numbers,
    select,
    texts,
)
from models.conversion.protobuf import edit_fields, read_fields

# The layout of the detector's input, with the sides left open.
INPUT_SHAPE = ("batch", 3, "height", "width")


def simplify_detector(model: bytes) -> bytes:
    """The int8 YuNet with float weights, and with batch and sides left open.

    The same source gives the same bytes on every machine. Raises ValueError for another model.
    """
    return edit_fields(model, MODEL_GRAPH, _simplify_graph)


def _simplify_graph(graph: bytes) -> bytes:
    fields = list(read_fields(graph))
    nodes, tensors = multiply_out(fields)
    tensors |= _open_heads(nodes, tensors)
    inputs = [set_shape(one, INPUT_SHAPE) for one in select(fields, GRAPH_INPUT)]
    outputs = [_open_output(one) for one in select(fields, GRAPH_OUTPUT)]
    return write_simplified(fields, nodes, tensors, inputs, outputs)


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
    return set_shape(value, ("batch", f"anchors_{name.rsplit('_', 1)[1]}", channels))


def _list_dimensions(value: bytes) -> list[bytes]:
    message = value
    for number in (VALUE_TYPE, TYPE_TENSOR, TENSOR_TYPE_SHAPE):
        [message] = select(read_fields(message), number)
    return select(read_fields(message), SHAPE_DIMENSION)
