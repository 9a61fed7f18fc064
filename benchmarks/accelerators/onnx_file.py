"""An ONNX file as nodes and constants, read without the package `onnx`."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.conversion.onnx_messages import (
    ATTRIBUTE_INTEGER,
    ATTRIBUTE_INTEGERS,
    ATTRIBUTE_NAME,
    GRAPH_INITIALIZER,
    GRAPH_INPUT,
    GRAPH_NODE,
    GRAPH_OUTPUT,
    MODEL_GRAPH,
    NODE_ATTRIBUTE,
    NODE_INPUT,
    NODE_OPERATOR,
    NODE_OUTPUT,
    VALUE_NAME,
    numbers,
    read_tensor,
    select,
    texts,
)
from models.conversion.protobuf import read_fields

# Of an attribute, in onnx.proto.
ATTRIBUTE_FLOAT = 2

Option = int | float | Sequence[int]


@dataclass(frozen=True, slots=True)
class Node:
    """One operation, with the names of what it reads and writes."""

    operator: str
    inputs: Sequence[str]
    output: str
    options: Mapping[str, Option]

    def list(self, name: str, default: Sequence[int]) -> Sequence[int]:
        value = self.options.get(name, default)
        return value if isinstance(value, Sequence) else [int(value)]

    def number(self, name: str, default: float) -> float:
        value = self.options.get(name, default)
        return default if isinstance(value, Sequence) else float(value)


@dataclass(frozen=True, slots=True)
class OnnxFile:
    """A graph in the order in which it is computed."""

    nodes: Sequence[Node]
    constants: Mapping[str, NDArray[np.generic]]
    input: str
    outputs: Sequence[str]


def read_onnx(model: bytes) -> OnnxFile:
    """Raises ValueError where the bytes are cut off, or constants are not raw."""
    [graph] = select(read_fields(model), MODEL_GRAPH)
    fields = list(read_fields(graph))
    names = [
        [texts(value, VALUE_NAME)[0] for value in select(fields, number)]
        for number in (GRAPH_INPUT, GRAPH_OUTPUT)
    ]
    return OnnxFile(
        [_read_node(node) for node in select(fields, GRAPH_NODE)],
        dict(read_tensor(tensor) for tensor in select(fields, GRAPH_INITIALIZER)),
        names[0][0],
        names[1],
    )


def _read_node(node: bytes) -> Node:
    [operator], [output] = texts(node, NODE_OPERATOR), texts(node, NODE_OUTPUT)
    attributes = select(read_fields(node), NODE_ATTRIBUTE)
    options = {texts(one, ATTRIBUTE_NAME)[0]: _read_option(one) for one in attributes}
    return Node(operator, texts(node, NODE_INPUT), output, options)


def _read_option(attribute: bytes) -> Option:
    """Texts are left out: no model here has one that is not its operator's usual one."""
    if floats := select(read_fields(attribute), ATTRIBUTE_FLOAT):
        return float(struct.unpack("<f", floats[0])[0])
    if integers := numbers(attribute, ATTRIBUTE_INTEGER):
        return integers[0]
    return numbers(attribute, ATTRIBUTE_INTEGERS)
