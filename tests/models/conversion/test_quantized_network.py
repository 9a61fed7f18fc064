"""Integers give nearly what floats do, and never more than their bits hold."""

import numpy as np
import onnx
import onnxruntime
import pytest

from models.conversion.network import Convolution, Network
from models.conversion.quantized_network import (
    LARGEST_WEIGHT,
    QuantizedNetwork,
    Steps,
    quantize_weights,
)

RANDOM = np.random.default_rng(7)
LOW, HIGH = -120.0, 150.0
SIDE, CHANNELS, OUTPUTS = 6, 3, 8
FILTERS = RANDOM.normal(size=(3, 3, CHANNELS, OUTPUTS)).astype(np.float32) / 100
EACH = RANDOM.normal(size=(3, 3, OUTPUTS, 1)).astype(np.float32)
BIAS = RANDOM.normal(size=OUTPUTS).astype(np.float32)


def write(network: Network) -> onnx.ModelProto:
    mixed = network.clip(Convolution(network.pixels, FILTERS, BIAS, stride=2), 0.0, 6.0)
    by_channel = network.clip(Convolution(mixed, EACH, BIAS, by_channel=True), 0.0, 6.0)
    model = network.write("tested", [("out", network.average(by_channel))])
    return onnx.load_model_from_string(model)


def run(model: onnx.ModelProto, inputs: np.ndarray) -> np.ndarray:
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"input": inputs})[0]


def test_outputs_are_near_those_in_floats():
    inputs = RANDOM.uniform(LOW, HIGH, (4, CHANNELS, SIDE, SIDE)).astype(np.float32)
    expected = run(write(Network(SIDE, CHANNELS)), inputs)
    given = run(write(QuantizedNetwork(SIDE, CHANNELS, LOW, HIGH)), inputs)
    # A step of the range is 6 / 255.
    assert given == pytest.approx(expected, abs=0.1)
    assert not np.array_equal(given, expected)


def test_bounds_need_no_operator_of_their_own():
    operators = {
        node.op_type for node in write(QuantizedNetwork(SIDE, CHANNELS, LOW, HIGH)).graph.node
    }
    assert "Clip" not in operators
    assert {"QuantizeLinear", "DequantizeLinear", "Conv"} <= operators


@pytest.mark.parametrize(("low", "high"), [(0.0, 6.0), (LOW, HIGH), (-6.0, 0.0)])
def test_zero_is_one_of_the_steps_and_both_ends_are_reached(low, high):
    steps = Steps.over(low, high)
    reached = (np.array([0, 255]) - int(steps.zero_point)) * steps.scale
    assert reached == pytest.approx([low, high], abs=float(steps.scale) / 2)


def test_weights_and_biases_fit_their_bits():
    network = Network(SIDE, CHANNELS)
    filters = FILTERS.copy()
    filters[..., 0] = 0.0
    filters[..., 1] = 1e-30
    bias = np.where(np.arange(OUTPUTS) == 0, 0, 50).astype(np.float32)
    scales, weights = quantize_weights(Convolution(network.pixels, filters, bias), np.float32(0.02))
    assert np.abs(weights).max() == LARGEST_WEIGHT
    assert (scales > 0).all()
    assert (np.abs(bias / (scales * 0.02)) < 2**25).all()
