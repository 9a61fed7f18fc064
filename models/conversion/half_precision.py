"""An ONNX file to one that computes with 16-bit floats (FP16), and takes and gives 32-bit ones.

A GPU with units for them computes several times as fast, with 11 bits of a number instead of 24.
"""

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from models.conversion.onnx_messages import (
    FLOAT,
    GRAPH_INITIALIZER,
    GRAPH_INPUT,
    GRAPH_NODE,
    GRAPH_OUTPUT,
    GRAPH_VALUE_INFO,
    HALF,
    MODEL_GRAPH,
    NODE_INPUT,
    NODE_NAME,
    NODE_OPERATOR,
    NODE_OUTPUT,
    TENSOR_DATA,
    TENSOR_DIMENSION,
    TENSOR_FLOATS,
    TENSOR_NAME,
    TENSOR_TYPE,
    VALUE_NAME,
    numbers,
    select,
    texts,
    write_node,
    write_tensor,
)
from models.conversion.protobuf import Field, edit_fields, read_fields, write_fields

# A model of 8-bit integers stays as it is: its scales have to be 32-bit floats.
OF_INTEGERS = {"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"}
# The inputs of a Resize after the first are sizes, which stay floats of 32 bits.
RESIZE = "Resize"
SUFFIX = "_half"


def convert_to_half(model: bytes) -> bytes:
    """The ONNX file `model` with 16-bit weights and results between its layers; unchanged if its
    weights are 8-bit integers. Raises ValueError for a file that is cut off, or has weights that
    16 bits cannot hold."""
    [graph] = select(read_fields(model), MODEL_GRAPH)
    if any(_read_operator(node) in OF_INTEGERS for node in select(read_fields(graph), GRAPH_NODE)):
        return model
    return edit_fields(model, MODEL_GRAPH, _convert_graph)


def read_input_name(model: bytes) -> str:
    """The name of the first input of an ONNX file."""
    [graph] = select(read_fields(model), MODEL_GRAPH)
    return _read_names(graph, GRAPH_INPUT)[0]


def _convert_graph(graph: bytes) -> bytes:
    fields = list(read_fields(graph))
    inputs, outputs = _read_names(graph, GRAPH_INPUT), _read_names(graph, GRAPH_OUTPUT)
    renamed = {name: name + SUFFIX for name in [*inputs, *outputs]}
    nodes = select(fields, GRAPH_NODE)
    sizes = {name for node in nodes for name in _list_sizes(node)}
    changed = {GRAPH_NODE, GRAPH_INITIALIZER, GRAPH_VALUE_INFO}
    return write_fields(
        [
            *(field for field in fields if field.number not in changed),
            *_cast({name: renamed[name] for name in inputs}, HALF),
            *(Field(GRAPH_NODE, _rename(node, renamed)) for node in nodes),
            *_cast({renamed[name]: name for name in outputs}, FLOAT),
            *(
                Field(GRAPH_INITIALIZER, _convert_tensor(tensor, sizes))
                for tensor in select(fields, GRAPH_INITIALIZER)
            ),
        ]
    )


def _cast(ends: Mapping[str, str], kind: int) -> Iterator[Field]:
    """Nodes that give each name as another one, of numbers of this kind."""
    for name, other in ends.items():
        yield Field(GRAPH_NODE, write_node("Cast", [name], other, {"to": kind}))


def _rename(node: bytes, renamed: Mapping[str, str]) -> bytes:
    """A node that reads and writes the 16-bit inputs and outputs of the graph. Its own name has to
    differ from those of the casts, which are called like their outputs."""
    fields = []
    for field in read_fields(node):
        if field.number in (NODE_INPUT, NODE_OUTPUT):
            name = field.content.decode()
            field = Field(field.number, renamed.get(name, name).encode())
        elif field.number == NODE_NAME:
            field = Field(NODE_NAME, field.content + SUFFIX.encode())
        fields.append(field)
    return write_fields(fields)


def _convert_tensor(tensor: bytes, sizes: Collection[str]) -> bytes:
    [name] = texts(tensor, TENSOR_NAME)
    if numbers(tensor, TENSOR_TYPE) != [FLOAT] or name in sizes:
        return tensor
    fields = list(read_fields(tensor))
    # Raw bytes, or a packed list of numbers: on a little-endian machine they are the same.
    data = b"".join(select(fields, TENSOR_DATA) or select(fields, TENSOR_FLOATS))
    values = np.frombuffer(data, "<f4").reshape(numbers(tensor, TENSOR_DIMENSION))
    if not (np.abs(values) <= np.finfo(np.float16).max).all():
        raise ValueError(f"{name} has weights that are too large for 16-bit numbers")
    return write_tensor(name, values.astype("<f2"))


def _list_sizes(node: bytes) -> list[str]:
    """The inputs of a node that are sizes."""
    return texts(node, NODE_INPUT)[1:] if _read_operator(node) == RESIZE else []


def _read_operator(node: bytes) -> str:
    return texts(node, NODE_OPERATOR)[0]


def _read_names(graph: bytes, number: int) -> list[str]:
    """The names of the inputs or outputs of a graph."""
    return [texts(value, VALUE_NAME)[0] for value in select(read_fields(graph), number)]
