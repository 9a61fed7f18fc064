"""Simplifying keeps what a graph computes, and leaves the number of faces open."""

import numpy as np
import onnx
import onnx.reference
from onnx import TensorProto, helper, numpy_helper

from models.conversion.embedder import LENGTH, SIDE, simplify_embedder


def make_model():
    """A stand-in for SFace: quantized weights, constants among the inputs, a list of floats."""
    weights = np.arange(-60, 68, dtype=np.int8).reshape(LENGTH, 1)
    tensors = [
        numpy_helper.from_array(np.tile(weights, (1, 3)), "q"),
        numpy_helper.from_array(np.array([[0.5] * 3], np.float32).repeat(LENGTH, 0), "s"),
        numpy_helper.from_array(np.zeros((LENGTH, 3), np.int8), "z"),
        helper.make_tensor("half", TensorProto.FLOAT, [1], [0.5]),
    ]
    nodes = [
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["w"], axis=1, block_size=1),
        helper.make_node("Mul", ["data", "half"], ["halved"]),
        helper.make_node("GlobalAveragePool", ["halved"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("Gemm", ["flat", "w"], ["fc1"], transB=1),
    ]
    inputs = [
        helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, SIDE, SIDE]),
        helper.make_tensor_value_info("half", TensorProto.FLOAT, [1]),
        # As it was called before it was quantized.
        helper.make_tensor_value_info("old_w", TensorProto.FLOAT, [LENGTH, 3]),
    ]
    outputs = [helper.make_tensor_value_info("fc1", TensorProto.FLOAT, [1, LENGTH])]
    graph = helper.make_graph(nodes, "sface", inputs, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=6)


def test_it_takes_any_number_of_faces():
    simplified = onnx.load_model_from_string(simplify_embedder(make_model().SerializeToString()))
    onnx.checker.check_model(simplified)
    [given], [found] = simplified.graph.input, simplified.graph.output
    assert given.name == "data"
    assert given.type.tensor_type.shape.dim[0].dim_param == "batch"
    assert found.type.tensor_type.shape.dim[0].dim_param == "batch"
    assert "DequantizeLinear" not in {node.op_type for node in simplified.graph.node}


def test_it_computes_the_same():
    reference = onnx.reference.ReferenceEvaluator
    pixels = np.full((1, 3, SIDE, SIDE), 2.0, np.float32)
    simplified = onnx.load_model_from_string(simplify_embedder(make_model().SerializeToString()))
    [computed] = reference(simplified).run(None, {"data": pixels})
    assert np.allclose(computed[0], 1.5 * np.arange(-60, 68))
