"""An ONNX graph whose bounded convolutions compute in 8-bit integers.

The range of a value that is clipped is known, so no pictures are needed to find it: its 256 steps
are spread over the bounds, and the clip itself costs nothing. Weights have a step of their own for
each output. After Krishnamoorthi, Quantizing deep convolutional networks (2018),
https://arxiv.org/abs/1806.08342.

Values stay floats between a QuantizeLinear and a DequantizeLinear. A runtime with kernels for
integers merges these with the convolution; any other computes in floats.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.conversion.network import Convolution, Floats, Layer, Network

# Without VNNI, x86 adds products of bytes in pairs of 16 bits, which weights of 8 bits overflow.
# Convolutions by channel are not computed in that way.
LARGEST_WEIGHT = 63
LARGEST_WEIGHT_BY_CHANNEL = 127
# Biases are 32 bits wide, and products are added to them.
LARGEST_BIAS = 2.0**24


@dataclass(frozen=True, slots=True)
class Steps:
    """256 steps from a lowest value to a highest one; 0 is one of them."""

    scale: np.float32
    zero_point: np.uint8

    @classmethod
    def over(cls, low: float, high: float) -> "Steps":
        scale = np.float32((high - low) / 255)
        return cls(scale, np.uint8(np.rint(-low / scale)))


class QuantizedNetwork(Network):
    """Quantizes its input, which is from `low` to `high`, and each clipped convolution."""

    def __init__(self, side_pixels: int, channels: int, low: float, high: float) -> None:
        super().__init__(side_pixels, channels)
        self._steps: dict[str, Steps] = {}
        self._pixels = self._quantize(self._input, Steps.over(low, high))

    @property
    def pixels(self) -> Layer:
        return self._pixels

    def clip(self, source: Layer | Convolution, low: float, high: float) -> Layer:
        if not isinstance(source, Convolution) or source.source.name not in self._steps:
            return super().clip(source, low, high)
        return self._quantize(self.convolve(source), Steps.over(low, high))

    def _quantize(self, layer: Layer, steps: Steps) -> Layer:
        scale = self._store(f"{layer.name}.scale", np.array(steps.scale))
        zero_point = self._store(f"{layer.name}.zero_point", np.array(steps.zero_point))
        whole = self._add(
            "QuantizeLinear", [layer.name, scale, zero_point], layer.channels, layer.side
        )
        back = self._add(
            "DequantizeLinear", [whole.name, scale, zero_point], layer.channels, layer.side
        )
        self._steps[back.name] = steps
        return back

    def _store_filters(self, convolution: Convolution) -> list[str]:
        steps = self._steps.get(convolution.source.name)
        if steps is None:
            return super()._store_filters(convolution)
        scales, weights = quantize_weights(convolution, steps.scale)
        bias_scales = scales * steps.scale
        bias = np.rint(convolution.bias.astype(np.float64) / bias_scales).astype(np.int32)
        return [
            self._dequantize(f"weights_{len(self._nodes)}", weights, scales),
            self._dequantize(f"bias_{len(self._nodes)}", bias, bias_scales),
        ]

    def _dequantize(self, name: str, values: NDArray[np.signedinteger], scales: Floats) -> str:
        """The name of constants, whole numbers with one of the `scales` for each output."""
        inputs = [
            self._store(name, values),
            self._store(f"{name}.scale", scales),
            self._store(f"{name}.zero_point", np.zeros(len(scales), values.dtype)),
        ]
        return self._add("DequantizeLinear", inputs, len(scales), axis=0).name


def quantize_weights(
    convolution: Convolution, input_scale: np.float32
) -> tuple[Floats, NDArray[np.int8]]:
    """The step of each output, and the weights in steps."""
    largest = LARGEST_WEIGHT_BY_CHANNEL if convolution.by_channel else LARGEST_WEIGHT
    weights = convolution.weights
    needed = np.abs(weights).max(axis=(1, 2, 3)) / np.float32(largest)
    # An output of hardly any weights would have steps that its bias is too many of.
    needed_by_bias = np.abs(convolution.bias) / (input_scale * np.float32(LARGEST_BIAS))
    scales = np.maximum(needed, needed_by_bias).astype(np.float32)
    scales[scales == 0] = 1
    whole = np.rint(weights / scales[:, None, None, None]).clip(-largest, largest)
    return scales, whole.astype(np.int8)
