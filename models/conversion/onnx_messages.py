"""The messages of an ONNX file, as far as Facetally reads and writes them.

The numbers of fields and types are those of onnx.proto (ONNX 1.17).
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.conversion.protobuf import VARINT, Field, read_fields, write_fields

Array = NDArray[np.generic]

MODEL_IR_VERSION, MODEL_PRODUCER, MODEL_GRAPH, MODEL_OPERATOR_SET = 1, 2, 7, 8
GRAPH_NODE, GRAPH_NAME, GRAPH_INITIALIZER = 1, 2, 5
GRAPH_INPUT, GRAPH_OUTPUT, GRAPH_VALUE_INFO = 11, 12, 13
NODE_INPUT, NODE_OUTPUT, NODE_NAME, NODE_OPERATOR, NODE_ATTRIBUTE = 1, 2, 3, 4, 5
ATTRIBUTE_NAME, ATTRIBUTE_INTEGER = 1, 3
ATTRIBUTE_INTEGERS, ATTRIBUTE_TYPE = 8, 20
OF_INTEGER, OF_INTEGERS = 2, 7
TENSOR_DIMENSION, TENSOR_TYPE, TENSOR_FLOATS, TENSOR_NAME, TENSOR_DATA = 1, 2, 4, 8, 9
VALUE_NAME, VALUE_TYPE = 1, 2
TYPE_TENSOR, TENSOR_TYPE_ELEMENT, TENSOR_TYPE_SHAPE, SHAPE_DIMENSION = 1, 1, 2, 1
DIMENSION_VALUE, DIMENSION_NAME = 1, 2
OPERATOR_SET_VERSION = 2
FLOAT, UINT8, INT8, INT32, INT64, HALF = 1, 2, 3, 6, 7, 10
TYPES: dict[int, np.dtype[np.generic]] = {
    FLOAT: np.dtype("<f4"),
    UINT8: np.dtype("u1"),
    INT8: np.dtype("<i1"),
    INT32: np.dtype("<i4"),
    INT64: np.dtype("<i8"),
    HALF: np.dtype("<f2"),
}

# What the written graphs use is unchanged since then, and OpenCV reads it, too.
OPERATOR_SET = 17
IR_VERSION = 8


def read_tensor(tensor: bytes) -> tuple[str, Array]:
    """The name and the values of a constant. Raises ValueError for other kinds than bytes and lists
    of floats."""
    fields = list(read_fields(tensor))
    [name], [kind] = texts(tensor, TENSOR_NAME), numbers(tensor, TENSOR_TYPE)
    data = select(fields, TENSOR_DATA) or select(fields, TENSOR_FLOATS)
    if kind not in TYPES or not data:
        raise ValueError(f"Only raw floats and integers can be read, got {name} of {kind}")
    return name, np.frombuffer(data[0], TYPES[kind]).reshape(numbers(tensor, TENSOR_DIMENSION))


def write_tensor(name: str, values: Array) -> bytes:
    [kind] = [number for number, dtype in TYPES.items() if dtype == values.dtype]
    return write_fields(
        [
            *(Field(TENSOR_DIMENSION, side, VARINT) for side in values.shape),
            Field(TENSOR_TYPE, kind, VARINT),
            Field(TENSOR_NAME, name.encode()),
            Field(TENSOR_DATA, values.tobytes()),
        ]
    )


def write_node(
    operator: str,
    inputs: Sequence[str],
    output: str,
    options: Mapping[str, int | Sequence[int]],
) -> bytes:
    """One operation; it is called like its `output`."""
    return write_fields(
        [
            *(Field(NODE_INPUT, name.encode()) for name in inputs),
            Field(NODE_OUTPUT, output.encode()),
            Field(NODE_NAME, output.encode()),
            Field(NODE_OPERATOR, operator.encode()),
            *(Field(NODE_ATTRIBUTE, _write_option(*option)) for option in options.items()),
        ]
    )


def _write_option(name: str, value: int | Sequence[int]) -> bytes:
    named = Field(ATTRIBUTE_NAME, name.encode())
    if isinstance(value, int):
        values, kind = [Field(ATTRIBUTE_INTEGER, value, VARINT)], OF_INTEGER
    else:
        values, kind = [Field(ATTRIBUTE_INTEGERS, one, VARINT) for one in value], OF_INTEGERS
    return write_fields([named, *values, Field(ATTRIBUTE_TYPE, kind, VARINT)])


def write_value(name: str, sides: Sequence[int | str]) -> bytes:
    """An input or output of float32; a side that is a name is left open."""
    tensor = write_fields(
        [
            Field(TENSOR_TYPE_ELEMENT, FLOAT, VARINT),
            Field(TENSOR_TYPE_SHAPE, write_shape(sides)),
        ]
    )
    kind = write_fields([Field(TYPE_TENSOR, tensor)])
    return write_fields([Field(VALUE_NAME, name.encode()), Field(VALUE_TYPE, kind)])


def write_shape(sides: Sequence[int | str]) -> bytes:
    dimensions = [
        Field(DIMENSION_VALUE, side, VARINT)
        if isinstance(side, int)
        else Field(DIMENSION_NAME, side.encode())
        for side in sides
    ]
    return write_fields(Field(SHAPE_DIMENSION, write_fields([one])) for one in dimensions)


def write_model(graph: Mapping[int, Sequence[bytes]]) -> bytes:
    """A file of one graph, given as the messages of each of its fields."""
    operators = write_fields([Field(OPERATOR_SET_VERSION, OPERATOR_SET, VARINT)])
    return write_fields(
        [
            Field(MODEL_IR_VERSION, IR_VERSION, VARINT),
            Field(MODEL_PRODUCER, b"facetally"),
            Field(MODEL_GRAPH, write_graph(graph)),
            Field(MODEL_OPERATOR_SET, operators),
        ]
    )


def write_graph(graph: Mapping[int, Sequence[bytes]], others: Iterable[Field] = ()) -> bytes:
    """A graph of the messages of each of its fields, and of `others` as they are."""
    return write_fields(
        [*others, *(Field(number, one) for number, all in graph.items() for one in all)]
    )


def read_options(node: bytes) -> dict[str, int]:
    """The attributes of a node that are whole numbers."""
    return {
        texts(attribute, ATTRIBUTE_NAME)[0]: number
        for attribute in select(read_fields(node), NODE_ATTRIBUTE)
        for number in numbers(attribute, ATTRIBUTE_INTEGER)
    }


def select(fields: Iterable[Field], number: int) -> list[bytes]:
    return [field.content for field in fields if field.number == number]


def texts(message: bytes, number: int) -> list[str]:
    return [content.decode() for content in select(read_fields(message), number)]


def numbers(message: bytes, number: int) -> list[int]:
    return [
        field.value
        for field in read_fields(message)
        if field.number == number and isinstance(field.value, int)
    ]
