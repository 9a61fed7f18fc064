"""Makes SFace's block-quantized file one that every ONNX Runtime opens, for any number of faces."""

from models.conversion.dequantized import list_used, multiply_out, set_shape, write_simplified
from models.conversion.onnx_messages import (
    GRAPH_INPUT,
    GRAPH_OUTPUT,
    MODEL_GRAPH,
    VALUE_NAME,
    select,
    texts,
)
from models.conversion.protobuf import edit_fields, read_fields

# The side of the picture of a face, and the length of its embedding.
SIDE, LENGTH = 112, 128


def simplify_embedder(model: bytes) -> bytes:
    """The int8 SFace with float weights, and with the batch left open.

    The same source gives the same bytes on every machine. Raises ValueError for another model.
    """
    return edit_fields(model, MODEL_GRAPH, _simplify_graph)


def _simplify_graph(graph: bytes) -> bytes:
    fields = list(read_fields(graph))
    nodes, tensors = multiply_out(fields)
    # Constants are listed among the inputs, too, under the names that they had before.
    given = list_used(nodes) - tensors.keys()
    inputs = [
        set_shape(one, ("batch", 3, SIDE, SIDE))
        for one in select(fields, GRAPH_INPUT)
        if texts(one, VALUE_NAME)[0] in given
    ]
    outputs = [set_shape(one, ("batch", LENGTH)) for one in select(fields, GRAPH_OUTPUT)]
    return write_simplified(fields, nodes, tensors, inputs, outputs)
