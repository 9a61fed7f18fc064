"""Weights in blocks of int8 as floats: a form that every ONNX Runtime opens."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.conversion.onnx_messages import (
    GRAPH_INITIALIZER,
    GRAPH_INPUT,
    GRAPH_NODE,
    GRAPH_OUTPUT,
    GRAPH_VALUE_INFO,
    NODE_INPUT,
    NODE_OPERATOR,
    NODE_OUTPUT,
    TENSOR_TYPE_SHAPE,
    TYPE_TENSOR,
    VALUE_TYPE,
    Array,
    read_options,
    read_tensor,
    select,
    texts,
    write_graph,
    write_shape,
    write_tensor,
)
from models.conversion.protobuf import Field, read_fields, write_fields


def multiply_out(fields: Sequence[Field]) -> tuple[list[bytes], dict[str, Array]]:
    """The nodes of a graph that stay, and its tensors with those that the other nodes make."""
    kept, known = [], dict(read_tensor(one) for one in select(fields, GRAPH_INITIALIZER))
    for node in select(fields, GRAPH_NODE):
        computed = _compute_node(node, known)
        if computed is None:
            kept.append(node)
        else:
            known[texts(node, NODE_OUTPUT)[0]] = computed
    return kept, known


def list_used(nodes: Iterable[bytes]) -> set[str]:
    """The names of what nodes take in."""
    return {name for node in nodes for name in texts(node, NODE_INPUT)}


def write_simplified(
    fields: Sequence[Field],
    nodes: list[bytes],
    tensors: Mapping[str, Array],
    inputs: list[bytes],
    outputs: list[bytes],
) -> bytes:
    """The graph of these fields with other nodes, inputs and outputs, and the tensors in use."""
    used = list_used(nodes)
    written = {
        GRAPH_NODE: nodes,
        GRAPH_INITIALIZER: [write_tensor(name, tensors[name]) for name in tensors if name in used],
        GRAPH_INPUT: inputs,
        GRAPH_OUTPUT: outputs,
        # Shapes within the graph, which are those of one picture.
        GRAPH_VALUE_INFO: [],
    }
    others = [field for field in fields if field.number not in written]
    return write_graph(written, others)


def _compute_node(node: bytes, tensors: Mapping[str, Array]) -> Array | None:
    """The output of a `node` whose inputs are all constant; None when it has to stay."""
    names = texts(node, NODE_INPUT)
    if not names or not all(name in tensors for name in names):
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


def set_shape(value: bytes, sides: Sequence[int | str]) -> bytes:
    """An input or output with other sides; a name leaves a side open."""
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
