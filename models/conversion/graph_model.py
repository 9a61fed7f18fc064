"""A TensorFlow.js graph model of the MobileNet kind, as a lean ONNX file.

Scales and offsets after a convolution, which its batch normalization left, are merged into its
filters and its bias; a relu between two bounds becomes one clip. The file has the model's own
operators of Howard et al., MobileNets (2017), https://arxiv.org/abs/1704.04861; any other is
refused.
"""

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.conversion.network import Convolution, Floats, Layer, Network
from models.conversion.quantized_network import QuantizedNetwork
from models.conversion.tfjs_weights import Weights, read_weights

SAME = "SAME"
SIDES = [1, 2]  # the axes of height and width, as TensorFlow orders them


@dataclass(frozen=True, slots=True)
class Clip:
    """Bounds that the operators after them may narrow."""

    source: Layer | Convolution
    low: float = -np.inf
    high: float = np.inf


Value = Floats | Convolution | Clip | Layer


def convert_graph_model(
    model: bytes,
    data: bytes,
    outputs: Mapping[str, str],
    input_range: tuple[float, float] | None = None,
) -> bytes:
    """The ONNX file of the graph model `model` (JSON) with the weights `data`.

    `outputs` are the names in the file, and the nodes that they are. With the lowest and highest
    value of an input, `input_range`, it computes in 8-bit integers. Raises ValueError or
    LookupError for other graphs than those of this kind.
    """
    parsed = json.loads(model)
    [group] = parsed["weightsManifest"]
    nodes = parsed["modelTopology"]["node"]
    reader = _GraphReader(nodes, read_weights(group["weights"], data), input_range)
    return reader.network.write("graph_model", [(o, reader.layer(n)) for o, n in outputs.items()])


class _GraphReader:
    """Turns one node after another into layers of a network."""

    def __init__(
        self,
        nodes: Sequence[Mapping[str, Any]],
        weights: Weights,
        input_range: tuple[float, float] | None,
    ) -> None:
        [pixels] = [node for node in nodes if node["op"] == "Placeholder"]
        _, side, _, channels = (
            int(side["size"]) for side in pixels["attr"]["shape"]["shape"]["dim"]
        )
        self.network = (
            QuantizedNetwork(side, channels, *input_range)
            if input_range
            else Network(side, channels)
        )
        self._values: dict[str, Value] = {**weights, pixels["name"]: self.network.pixels}
        for node in nodes:
            if node["op"] not in ("Const", "Placeholder"):
                self._values[node["name"]] = self._read(node)

    def layer(self, name: str) -> Layer:
        """What a node gives; what it has not taken up by now stays outside it."""
        value = self._values[name]
        if isinstance(value, Convolution):
            value = self.network.convolve(value)
        elif isinstance(value, Clip):
            value = self.network.clip(value.source, value.low, value.high)
        if not isinstance(value, Layer):
            raise ValueError(f"{name} is a constant, not a layer")
        self._values[name] = value
        return value

    def _read(self, node: Mapping[str, Any]) -> Value:
        first, *others = node.get("input", [])
        match node["op"]:
            case "Conv2D" | "DepthwiseConv2dNative":
                return self._read_convolution(node, first, self._constant(others[0]))
            case "Mul":
                return _scale(self._convolution(first), self._constant(others[0]))
            case "Add":
                scaled = self._convolution(first)
                return replace(scaled, bias=scaled.bias + self._constant(others[0]))
            case "Relu" | "Minimum" | "Maximum":
                return self._read_bound(node["op"], first, others)
            case "Mean" if self._constant(others[0]).tolist() == SIDES:
                return self.network.average(self.layer(first))
            case "_FusedMatMul":
                return self._read_dense(node, first, others)
            case "Sigmoid":
                return self.network.sigmoid(self.layer(first))
            case "Softmax":
                return self.network.softmax(self.layer(first))
        raise ValueError(f"{node['op']} cannot be converted")

    def _read_convolution(self, node: Mapping[str, Any], source: str, filters: Floats) -> Value:
        options = node["attr"]
        strides = [int(stride) for stride in options["strides"]["list"]["i"]]
        dilations = [int(one) for one in options["dilations"]["list"]["i"]]
        if b64decode(options["padding"]["s"]).decode() != SAME or set(dilations) != {1}:
            raise ValueError(f"{node['name']} is not an undilated convolution padded as {SAME}")
        by_channel = node["op"] != "Conv2D"
        bias = np.zeros(filters.shape[2 if by_channel else 3], np.float32)
        return Convolution(self.layer(source), filters, bias, strides[1], by_channel)

    def _read_bound(self, operator: str, source: str, others: Sequence[str]) -> Clip:
        value = self._values[source]
        if not isinstance(value, Clip | Convolution):
            value = self.layer(source)
        clip = value if isinstance(value, Clip) else Clip(value)
        bound = float(self._constant(others[0])) if others else 0.0
        if operator == "Minimum":
            return replace(clip, low=min(clip.low, bound), high=min(clip.high, bound))
        return replace(clip, low=max(clip.low, bound), high=max(clip.high, bound))

    def _read_dense(self, node: Mapping[str, Any], source: str, others: Sequence[str]) -> Value:
        weights, bias = (self._constant(name) for name in others)
        after = [b64decode(one).decode() for one in node["attr"]["fused_ops"]["list"]["s"]]
        dense = self.network.connect(self.layer(source), weights, bias)
        if after not in (["BiasAdd"], ["BiasAdd", "Relu"]):
            raise ValueError(f"{node['name']} has {', '.join(after)} after it")
        return Clip(dense, low=0.0) if "Relu" in after else dense

    def _convolution(self, name: str) -> Convolution:
        value = self._values[name]
        if not isinstance(value, Convolution):
            raise ValueError(f"{name} is not a convolution")
        return value

    def _constant(self, name: str) -> Floats:
        value = self._values[name]
        if not isinstance(value, np.ndarray):
            raise ValueError(f"{name} is not a constant")
        return value


def _scale(convolution: Convolution, factors: Floats) -> Convolution:
    """With each output times its factor; outputs come last in the filters if they are mixed."""
    shape = (-1, 1) if convolution.by_channel else (-1,)
    filters = convolution.filters * factors.reshape(shape)
    return replace(convolution, filters=filters, bias=convolution.bias * factors)
