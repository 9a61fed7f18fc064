"""Layers compute what TensorFlow's layers of the same weights do."""

import numpy as np
import onnx
import onnxruntime
import pytest

from models.conversion.network import Convolution, Network, pad_same

RANDOM = np.random.default_rng(7)


def run(network: Network, layer, inputs: np.ndarray) -> np.ndarray:
    """The output for `inputs` (batch, height, width, channels)."""
    model = network.write("tested", [("out", layer)])
    onnx.checker.check_model(onnx.load_model_from_string(model), full_check=True)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    [output] = session.run(None, {"input": inputs.transpose(0, 3, 1, 2)})
    return output


def slide(inputs: np.ndarray, kernel: int, stride: int, fill: float):
    """Each window (kernel, kernel, channels) of one picture, padded as `SAME`."""
    given, (top, _, bottom, _) = pad_same(len(inputs), kernel, stride)
    padded = np.pad(inputs, ((top, bottom), (top, bottom), (0, 0)), constant_values=fill)
    for row in range(given):
        for column in range(given):
            y, x = row * stride, column * stride
            yield row, column, padded[y : y + kernel, x : x + kernel]


def make(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(
    ("side", "kernel", "stride", "expected"),
    [
        (112, 3, 2, (56, [0, 0, 1, 1])),
        (7, 3, 2, (4, [1, 1, 1, 1])),
        (5, 3, 1, (5, [1, 1, 1, 1])),
        (56, 1, 2, (28, [0, 0, 0, 0])),
    ],
)
def test_borders_are_padded_as_same(side, kernel, stride, expected):
    assert pad_same(side, kernel, stride) == expected


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("by_channel", [False, True], ids=["mixed", "by-channel"])
def test_a_convolution(stride, by_channel):
    filters, bias = make(3, 3, 4, 1 if by_channel else 5), make(4 if by_channel else 5)
    network = Network(side_pixels=6, channels=4)
    convolution = Convolution(network.pixels, filters, bias, stride, by_channel)
    layer = network.relu(network.convolve(convolution))
    inputs = make(2, 6, 6, 4)
    outputs = run(network, network.average(layer), inputs)
    for picture, output in zip(inputs, outputs, strict=True):
        values = [
            (window[..., None] * filters).sum(axis=(0, 1) if by_channel else (0, 1, 2)).ravel()
            + bias
            for _, _, window in slide(picture, 3, stride, 0)
        ]
        assert output == pytest.approx(np.maximum(values, 0).mean(axis=0), abs=1e-5)


def test_pooling_clipping_adding_and_dense_layers():
    weights, bias = make(3, 2), make(2)
    network = Network(side_pixels=5)
    pooled = network.pool_largest(network.pixels, kernel=3, stride=2)
    clipped = network.clip(network.add(pooled, pooled), -1.0, 1.0)
    dense = network.connect(network.average(clipped), weights, bias)
    inputs = make(1, 5, 5, 3)
    largest = [window.max(axis=(0, 1)) for _, _, window in slide(inputs[0], 3, 2, -np.inf)]
    expected = np.clip(2 * np.array(largest), -1, 1).mean(axis=0) @ weights + bias
    [output] = run(network, dense, inputs)
    assert output == pytest.approx(expected, abs=1e-5)
