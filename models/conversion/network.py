"""An ONNX graph for pictures, written layer by layer.

Filters come as TensorFlow has them, (height, width, inputs, outputs), and borders are padded as its
`SAME`; the graph is (batch, channels, side, side), with the batch left open.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.conversion.onnx_messages import (
    GRAPH_INITIALIZER,
    GRAPH_INPUT,
    GRAPH_NAME,
    GRAPH_NODE,
    GRAPH_OUTPUT,
    Array,
    write_model,
    write_node,
    write_tensor,
    write_value,
)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layer:
    """What a layer gives: (batch, channels, side, side), or (batch, channels) if it has no side."""

    name: str
    channels: int
    side: int = 0


@dataclass(frozen=True, slots=True)
class Convolution:
    """`filters` (height, width, inputs, outputs), or (height, width, channels, 1) if each channel
    is convolved by itself."""

    source: Layer
    filters: Floats
    bias: Floats  # of each output
    stride: int = 1
    by_channel: bool = False

    @property
    def weights(self) -> Floats:
        """The filters as ONNX has them: (outputs, inputs of each, height, width)."""
        return self.filters.transpose((2, 3, 0, 1) if self.by_channel else (3, 2, 0, 1))


class Network:
    """A graph under construction: each method adds a layer, and returns what it gives."""

    def __init__(self, side_pixels: int, channels: int = 3) -> None:
        self._nodes: list[bytes] = []
        self._tensors: list[bytes] = []
        self._input = Layer("input", channels, side_pixels)

    @property
    def pixels(self) -> Layer:
        """What the first layer gets."""
        return self._input

    def convolve(self, convolution: Convolution) -> Layer:
        source, stride = convolution.source, convolution.stride
        weights = convolution.weights
        outputs, _, kernel, _ = weights.shape
        side, pads = pad_same(source.side, kernel, stride)
        return self._add(
            "Conv",
            [source.name, *self._store_filters(convolution)],
            outputs,
            side,
            group=source.channels if convolution.by_channel else 1,
            kernel_shape=[kernel, kernel],
            pads=pads,
            strides=[stride, stride],
        )

    def relu(self, source: Layer) -> Layer:
        return self._add("Relu", [source.name], source.channels, source.side)

    def clip(self, source: Layer | Convolution, low: float, high: float) -> Layer:
        layer = self.convolve(source) if isinstance(source, Convolution) else source
        if (low, high) == (0, np.inf):
            return self.relu(layer)
        name = self._next_name("Clip")
        bounds = [
            self._store(f"{name}.low", np.array(low, np.float32)),
            self._store(f"{name}.high", np.array(high, np.float32)),
        ]
        return self._add("Clip", [layer.name, *bounds], layer.channels, layer.side)

    def add(self, source: Layer, other: Layer) -> Layer:
        return self._add("Add", [source.name, other.name], source.channels, source.side)

    def pool_largest(self, source: Layer, kernel: int, stride: int) -> Layer:
        side, pads = pad_same(source.side, kernel, stride)
        return self._add(
            "MaxPool",
            [source.name],
            source.channels,
            side,
            kernel_shape=[kernel, kernel],
            pads=pads,
            strides=[stride, stride],
        )

    def average(self, source: Layer) -> Layer:
        """The mean of each channel: (batch, channels)."""
        pooled = self._add("GlobalAveragePool", [source.name], source.channels, 1)
        return self._add("Flatten", [pooled.name], source.channels, axis=1)

    def connect(self, source: Layer, weights: Floats, bias: Floats) -> Layer:
        """A dense layer: `weights` (inputs, outputs)."""
        inputs = self._store_weights("Gemm", weights, bias)
        return self._add("Gemm", [source.name, *inputs], weights.shape[1])

    def softmax(self, source: Layer) -> Layer:
        return self._add("Softmax", [source.name], source.channels, axis=1)

    def sigmoid(self, source: Layer) -> Layer:
        return self._add("Sigmoid", [source.name], source.channels)

    def write(self, name: str, outputs: Sequence[tuple[str, Layer]]) -> bytes:
        """The ONNX file, with these names for its outputs."""
        given = [write_node("Identity", [layer.name], called, {}) for called, layer in outputs]
        side = self._input.side
        shape = ("batch", self._input.channels, side, side)
        return write_model(
            {
                GRAPH_NODE: [*self._nodes, *given],
                GRAPH_NAME: [name.encode()],
                GRAPH_INITIALIZER: self._tensors,
                GRAPH_INPUT: [write_value(self._input.name, shape)],
                GRAPH_OUTPUT: [
                    write_value(called, ("batch", layer.channels)) for called, layer in outputs
                ],
            }
        )

    def _store_filters(self, convolution: Convolution) -> list[str]:
        return self._store_weights("Conv", convolution.weights, convolution.bias)

    def _store_weights(self, operator: str, weights: Floats, bias: Floats) -> list[str]:
        name = self._next_name(operator)
        stored = [self._store(f"{name}.weights", weights)]
        # What only adds zeros is left out.
        return [*stored, self._store(f"{name}.bias", bias)] if bias.any() else stored

    def _store(self, name: str, values: Array) -> str:
        self._tensors.append(write_tensor(name, values))
        return name

    def _add(
        self,
        operator: str,
        inputs: Sequence[str],
        channels: int,
        side: int = 0,
        **options: int | Sequence[int],
    ) -> Layer:
        name = self._next_name(operator)
        self._nodes.append(write_node(operator, inputs, name, options))
        return Layer(name, channels, side)

    def _next_name(self, operator: str) -> str:
        return f"{operator.lower()}_{len(self._nodes)}"


def pad_same(side: int, kernel: int, stride: int) -> tuple[int, list[int]]:
    """The side that a layer gives, and its pads (top, left, bottom, right), as `SAME` has them.

    An odd pixel is added at the bottom and on the right:
    https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
    """
    given = -(-side // stride)
    total = max((given - 1) * stride + kernel - side, 0)
    first = total // 2
    return given, [first, first, total - first, total - first]
