"""Simplifying keeps what a graph computes, and opens its sizes."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from models.conversion.detector import simplify_detector


def make_head(graph_nodes, tensors, block_size):
    """A one-layer stand-in for the detector: quantized 1x1 convolution, then (1, anchors, 2)."""
    options = {"block_size": block_size} if block_size else {}
    nodes = [
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"], axis=1, **options),
        helper.make_node("Reshape", ["d", "shape"], ["w"]),
        helper.make_node("Conv", ["input", "w"], ["features"]),
        helper.make_node("Transpose", ["features"], ["turned"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["turned", "head"], ["cls_8"]),
        *graph_nodes,
    ]
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 4, 4])]
    outputs = [helper.make_tensor_value_info("cls_8", TensorProto.FLOAT, [1, 16, 2])]
    graph = helper.make_graph(nodes, "head", inputs, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


def make_model(block_size=3, extra=()):
    quantized = np.array([[-100, 5, 100], [3, -128, 127]], np.int8)
    scales = np.array([[0.5], [0.25]] if block_size else 0.5, np.float32)
    zero_points = np.array([[-20], [4]] if block_size else -20, np.int8)
    tensors = {
        "q": quantized,
        "s": scales,
        "z": zero_points,
        "shape": np.array([2, 3, 1, 1], np.int64),
        "head": np.array([1, -1, 2], np.int64),
    }
    made = [numpy_helper.from_array(tensor, name) for name, tensor in tensors.items()]
    weights = (quantized.astype(np.float32) - zero_points) * scales
    return make_head(extra, made, block_size), weights


def simplify(model):
    simplified = onnx.load_model_from_string(simplify_detector(model.SerializeToString()))
    onnx.checker.check_model(simplified)
    return simplified


@pytest.mark.parametrize("block_size", [3, 0], ids=["by-block", "as-a-whole"])
def test_weights_are_multiplied_out(block_size):
    model, weights = make_model(block_size)
    simplified = simplify(model)
    assert [node.op_type for node in simplified.graph.node] == ["Conv", "Transpose", "Reshape"]
    tensors = {
        tensor.name: numpy_helper.to_array(tensor) for tensor in simplified.graph.initializer
    }
    assert set(tensors) == {"w", "head"}
    assert np.array_equal(tensors["w"], weights.reshape(2, 3, 1, 1))


def test_batch_and_sides_are_left_open():
    model, _ = make_model()
    graph = simplify(model).graph
    sides = [side.dim_param or side.dim_value for side in graph.input[0].type.tensor_type.shape.dim]
    assert sides == ["batch", 3, "height", "width"]
    [head] = [tensor for tensor in graph.initializer if tensor.name == "head"]
    assert numpy_helper.to_array(head).tolist() == [0, -1, 2]


def test_simplifying_twice_gives_the_same_bytes():
    model, _ = make_model()
    once = simplify(model).SerializeToString(deterministic=True)
    assert simplify(model).SerializeToString(deterministic=True) == once


def test_a_constant_of_another_kind_is_refused():
    model, _ = make_model(extra=[helper.make_node("Neg", ["q"], ["unused"])])
    with pytest.raises(ValueError, match="can be simplified, got Neg"):
        simplify(model)
