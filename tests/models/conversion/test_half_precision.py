"""Models that compute with 16-bit numbers, and agree with their originals."""

import os

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from models.conversion.half_precision import convert_to_half, read_input_name
from models.weights.catalog import AGE, DETECTOR, FACERES, GENDER
from models.weights.folder import default_weights_dir, require_file

CASES = {AGE: (64, 64), GENDER: (32, 32), DETECTOR: (160, 320)}


def run(model, inputs):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: inputs})


def read_weights(file):
    return require_file(default_weights_dir(os.environ), file).read_bytes()


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.name)
def test_its_outputs_are_those_of_the_original_to_three_digits(file):
    model = read_weights(file)
    half = convert_to_half(model)
    onnx.checker.check_model(onnx.load_from_string(half), full_check=True)
    assert len(half) < 0.6 * len(model)

    inputs = np.random.default_rng(1).uniform(0, 1, (2, 3, *CASES[file])).astype(np.float32)
    for found, expected in zip(run(half, inputs), run(model, inputs), strict=True):
        assert found.dtype == np.float32
        assert np.allclose(found, expected, atol=0.02 * max(1.0, np.abs(expected).max()))


def test_a_model_of_8_bit_integers_stays_as_it_is():
    model = read_weights(FACERES)
    assert convert_to_half(model) == model


def test_weights_that_16_bits_cannot_hold_are_refused():
    graph = helper.make_graph(
        [helper.make_node("Mul", ["chips", "huge"], ["shares"])],
        "made",
        [helper.make_tensor_value_info("chips", TensorProto.FLOAT, ["N", 3])],
        [helper.make_tensor_value_info("shares", TensorProto.FLOAT, ["N", 3])],
        [numpy_helper.from_array(np.full(3, 7e4, np.float32), "huge")],
    )
    model = helper.make_model(graph).SerializeToString()
    assert read_input_name(model) == "chips"
    with pytest.raises(ValueError, match="huge has weights that are too large"):
        convert_to_half(model)
