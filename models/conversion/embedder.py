"""Makes SFace's block-quantized file one that every ONNX Runtime opens, for any number of faces."""

from models.conversion.dequantized import multiply_out, set_shape
from models.conversion.onnx_messages import (
    GRAPH_INITIALIZER,
    GRAPH_INPUT,
    GRAPH_NODE,
    GRAPH_OUTPUT,
    GRAPH_VALUE_INFO,
    MODEL_GRAPH,
    NODE_INPUT,
    VALUE_NAME,
    read_tensor,
    select,
    texts,
    write_graph,
    write_tensor,
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
    stored = dict(read_tensor(tensor) for tensor in select(fields, GRAPH_INITIALIZER))
    kept, tensors = multiply_out(select(fields, GRAPH_NODE), stored)
    used = {name for node in kept for name in texts(node, NODE_INPUT)}
    # Constants are listed among the inputs, too, under the names that they had before.
    inputs = [
        one
        for one in select(fields, GRAPH_INPUT)
        if texts(one, VALUE_NAME)[0] in used - tensors.keys()
    ]
    written = {
        GRAPH_NODE: kept,
        GRAPH_INITIALIZER: [write_tensor(name, tensors[name]) for name in tensors if name in used],
        GRAPH_INPUT: [set_shape(one, ("batch", 3, SIDE, SIDE)) for one in inputs],
        GRAPH_OUTPUT: [set_shape(one, ("batch", LENGTH)) for one in select(fields, GRAPH_OUTPUT)],
        GRAPH_VALUE_INFO: [],
    }
    others = [field for field in fields if field.number not in written]
    return write_graph(written, others)
