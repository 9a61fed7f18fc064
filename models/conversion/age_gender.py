"""The age and gender model of face-api.js, a small Xception, as an ONNX file.

Only its weights are published as data; this is the graph that face-api.js computes with them.
Vincent Mühler, 2018: https://github.com/justadudewhohacks/face-api.js; maintained by Vladimir
Mandic: https://github.com/vladmandic/face-api. The architecture is that of Chollet, Xception
(CVPR 2017), with fewer and narrower blocks.
"""

from dataclasses import dataclass

import numpy as np

from models.conversion.network import Convolution, Layer, Network
from models.conversion.tfjs_weights import Weights, read_manifest, read_weights

SIDE_PIXELS = 112
MIDDLE_BLOCKS = 2


def convert_age_gender(manifest: bytes, data: bytes) -> bytes:
    """The ONNX file: (batch, 3, 112, 112) to `age` (batch, 1) and `gender` (batch, 2).

    Inputs are RGB, less the mean of each channel, divided by 255. Outputs are years, and the
    probabilities of male and female. Raises ValueError or LookupError for other weights.
    """
    weights = read_weights(read_manifest(manifest), data)
    network = Network(SIDE_PIXELS)
    pooled = network.average(_Xception(network, weights).extract(network.pixels))
    age = network.connect(pooled, weights["fc/age/weights"], weights["fc/age/bias"])
    gender = network.connect(pooled, weights["fc/gender/weights"], weights["fc/gender/bias"])
    return network.write("age_gender", [("age", age), ("gender", network.softmax(gender))])


@dataclass(frozen=True, slots=True)
class _Xception:
    """The blocks, with the weights that are named after them."""

    network: Network
    weights: Weights

    def extract(self, pixels: Layer) -> Layer:
        """The features (batch, 512, 7, 7)."""
        out = self.network.relu(self._convolve(pixels, "entry_flow/conv_in"))
        out = self._reduce(out, out, "entry_flow/reduction_block_0")
        out = self._reduce(out, self.network.relu(out), "entry_flow/reduction_block_1")
        for index in range(MIDDLE_BLOCKS):
            out = self._add_residue(out, f"middle_flow/main_block_{index}")
        out = self._reduce(out, self.network.relu(out), "exit_flow/reduction_block")
        return self.network.relu(self._separate(out, "exit_flow/separable_conv"))

    def _reduce(self, source: Layer, activated: Layer, block: str) -> Layer:
        """Half the side, twice the channels."""
        out = self._separate(activated, f"{block}/separable_conv0")
        out = self._separate(self.network.relu(out), f"{block}/separable_conv1")
        out = self.network.pool_largest(out, kernel=3, stride=2)
        return self.network.add(out, self._convolve(source, f"{block}/expansion_conv"))

    def _add_residue(self, source: Layer, block: str) -> Layer:
        out = source
        for index in range(3):
            out = self._separate(self.network.relu(out), f"{block}/separable_conv{index}")
        return self.network.add(out, source)

    def _convolve(self, source: Layer, layer: str) -> Layer:
        filters, bias = self.weights[f"{layer}/filters"], self.weights[f"{layer}/bias"]
        return self.network.convolve(Convolution(source, filters, bias, stride=2))

    def _separate(self, source: Layer, layer: str) -> Layer:
        """Each channel by itself, then across channels."""
        each = self.weights[f"{layer}/depthwise_filter"]
        no_bias = np.zeros(source.channels, np.float32)
        apart = self.network.convolve(Convolution(source, each, no_bias, by_channel=True))
        across, bias = self.weights[f"{layer}/pointwise_filter"], self.weights[f"{layer}/bias"]
        return self.network.convolve(Convolution(apart, across, bias))
