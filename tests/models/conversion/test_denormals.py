"""Denormal weights become zero, and nothing else changes."""

import os

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from models.conversion.denormals import SMALLEST_NORMAL, clear_denormals, clear_floats
from models.weights.catalog import FILES
from models.weights.folder import default_weights_dir, require_file

TINY = np.float32(1e-40)


def make_model(weights: np.ndarray, *, raw: bool) -> onnx.ModelProto:
    """x (batch, 2) times `weights`."""
    data = weights.tobytes() if raw else weights.ravel()
    tensors = [
        helper.make_tensor("weights", TensorProto.FLOAT, weights.shape, data, raw=raw),
        helper.make_tensor("unused", TensorProto.INT64, [1], [1]),
    ]
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "weights"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", weights.shape[1]])],
        tensors,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_only_denormals_become_zero():
    values = np.array([0, -0.0, 1.5, TINY, -TINY, SMALLEST_NORMAL, -np.inf], "<f4")
    cleared = np.frombuffer(clear_floats(values.tobytes()), "<f4")
    expected = np.array([0, -0.0, 1.5, 0, 0, SMALLEST_NORMAL, -np.inf], "<f4")
    assert cleared.tobytes() == expected.tobytes()


@pytest.mark.parametrize("raw", [True, False], ids=["raw", "list"])
def test_a_cleared_model_gives_the_same_outputs(raw):
    weights = np.array([[0.5, TINY, -3], [TINY, 2, 7]], np.float32)
    model = make_model(weights, raw=raw).SerializeToString()
    cleared = clear_denormals(model)
    [tensor, other] = onnx.load_model_from_string(cleared).graph.initializer
    assert numpy_helper.to_array(tensor).tolist() == [[0.5, 0, -3], [0, 2, 7]]
    assert numpy_helper.to_array(other).tolist() == [1]
    inputs = np.random.default_rng(7).normal(size=(9, 2)).astype(np.float32)
    outputs = [
        onnxruntime.InferenceSession(one, providers=["CPUExecutionProvider"]).run(
            None, {"x": inputs}
        )[0]
        for one in (model, cleared)
    ]
    assert outputs[0].tobytes() == outputs[1].tobytes()


def test_a_model_without_denormals_stays_as_it_is():
    model = make_model(np.ones((2, 3), np.float32), raw=True).SerializeToString()
    assert clear_denormals(model) == model


@pytest.mark.parametrize(
    "file", [file for file in FILES if file.name.endswith(".onnx")], ids=lambda file: file.name
)
def test_no_pinned_model_has_a_denormal_weight(file):
    model = onnx.load(require_file(default_weights_dir(os.environ), file))
    tensors = [numpy_helper.to_array(one) for one in model.graph.initializer]
    floats = [tensor for tensor in tensors if tensor.dtype == np.float32]
    assert floats
    assert not any(((one != 0) & (np.abs(one) < SMALLEST_NORMAL)).any() for one in floats)
