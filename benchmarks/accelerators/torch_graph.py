"""An ONNX file run by PyTorch: the few operators of the shipped models, for machines whose ONNX
Runtime has no CUDA. The package onnx2torch does the same, but was last released in 2024."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as nn
from numpy.typing import NDArray

from benchmarks.accelerators.onnx_file import Node, OnnxFile, read_onnx

Tensor = Any  # torch.Tensor, which has no types here
Operation = Callable[[Node, Sequence[Tensor]], Tensor]


class TorchGraph:
    """The graph of an ONNX file on `place` ("cuda:0", "cpu"), in 16-bit numbers if `is_half`."""

    def __init__(self, model: bytes, place: str, *, is_half: bool = False) -> None:
        self._file: OnnxFile = read_onnx(model)
        self._place = torch.device(place)
        self._type = torch.float16 if is_half else torch.float32
        # Else "float32" would be computed with the 11 bits of TF32.
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = is_half
        torch.backends.cudnn.benchmark = True
        self._constants = {
            name: self._load(values) for name, values in self._file.constants.items()
        }

    def run(self, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """All outputs for `inputs`, once they are in the memory of the host."""
        with torch.inference_mode():
            values = self.compute(torch.from_numpy(np.ascontiguousarray(inputs)).to(self._place))
            return [value.float().cpu().numpy() for value in values]

    def compute(self, inputs: Tensor) -> list[Tensor]:
        """All outputs for a tensor on the device, there."""
        values: dict[str, Tensor] = {**self._constants, self._file.input: inputs.to(self._type)}
        for node in self._file.nodes:
            given = [values[name] if name else None for name in node.inputs]
            values[node.output] = OPERATIONS[node.operator](node, given)
        return [values[name] for name in self._file.outputs]

    def _load(self, values: NDArray[np.generic]) -> Tensor:
        tensor = torch.from_numpy(np.array(values)).to(self._place)
        return tensor.to(self._type) if tensor.dtype == torch.float32 else tensor


def _convolve(node: Node, given: Sequence[Tensor]) -> Tensor:
    values, weights, *bias = given
    return nn.conv2d(
        _pad(values, node.list("pads", (0, 0, 0, 0)), 0.0),
        weights,
        bias[0] if bias else None,
        tuple(node.list("strides", (1, 1))),
        0,
        tuple(node.list("dilations", (1, 1))),
        int(node.number("group", 1)),
    )


def _pad(values: Tensor, pads: Sequence[int], fill: float) -> Tensor:
    """With `pads` (top, left, bottom, right) around."""
    top, left, bottom, right = pads
    return nn.pad(values, (left, right, top, bottom), value=fill) if any(pads) else values


def _pool_largest(node: Node, given: Sequence[Tensor]) -> Tensor:
    padded = _pad(given[0], node.list("pads", (0, 0, 0, 0)), float("-inf"))
    return nn.max_pool2d(
        padded, tuple(node.list("kernel_shape", ())), tuple(node.list("strides", (1, 1)))
    )


def _pool_means(node: Node, given: Sequence[Tensor]) -> Tensor:
    if any(node.list("pads", (0, 0, 0, 0))):
        raise ValueError("AveragePool with pads is in no model of ours")
    return nn.avg_pool2d(
        given[0], tuple(node.list("kernel_shape", ())), tuple(node.list("strides", (1, 1)))
    )


def _pad_zeros(node: Node, given: Sequence[Tensor]) -> Tensor:
    """Pads begin at every dimension, then end at every one."""
    pads = given[1].tolist()
    half = len(pads) // 2
    pairs = [(pads[axis], pads[half + axis]) for axis in reversed(range(half))]
    return nn.pad(given[0], [length for pair in pairs for length in pair])


def _multiply_matrices(node: Node, given: Sequence[Tensor]) -> Tensor:
    values, weights, *bias = given
    values = values.T if node.number("transA", 0) else values
    weights = weights.T if node.number("transB", 0) else weights
    product = values @ weights * node.number("alpha", 1.0)
    return product + bias[0] * node.number("beta", 1.0) if bias else product


def _enlarge(node: Node, given: Sequence[Tensor]) -> Tensor:
    """To the nearest pixel, by whole factors."""
    factors = given[2].float().tolist()[2:]
    return nn.interpolate(given[0], scale_factor=tuple(factors), mode="nearest")


def _reshape(node: Node, given: Sequence[Tensor]) -> Tensor:
    sides = [side or given[0].shape[axis] for axis, side in enumerate(map(int, given[1].tolist()))]
    return given[0].reshape(sides)


def _quantize(node: Node, given: Sequence[Tensor]) -> Tensor:
    values, scale, zero = given
    ends = torch.iinfo(zero.dtype)
    steps = torch.round(values.float() / scale.float()) + zero.float()
    return steps.clamp(ends.min, ends.max).to(zero.dtype)


def _restore(node: Node, given: Sequence[Tensor]) -> Tensor:
    values, scale, zero = given
    if scale.ndim:
        sides = [1] * values.ndim
        sides[int(node.number("axis", 1))] = -1
        scale, zero = scale.reshape(sides), zero.reshape(sides)
    return ((values.float() - zero.float()) * scale.float()).to(scale.dtype)


OPERATIONS: Mapping[str, Operation] = {
    "Add": lambda _, given: given[0] + given[1],
    "AveragePool": _pool_means,
    "Clip": lambda _, given: given[0].clamp(given[1], given[2]),
    "Conv": _convolve,
    "DequantizeLinear": _restore,
    "Flatten": lambda _, given: given[0].flatten(1),
    "Gemm": _multiply_matrices,
    "GlobalAveragePool": lambda _, given: given[0].mean(dim=(2, 3), keepdim=True),
    "Identity": lambda _, given: given[0],
    "MaxPool": _pool_largest,
    "Mul": lambda _, given: given[0] * given[1],
    "Pad": _pad_zeros,
    "QuantizeLinear": _quantize,
    "Relu": lambda _, given: nn.relu(given[0]),
    "Reshape": _reshape,
    "Resize": _enlarge,
    "Sigmoid": lambda _, given: torch.sigmoid(given[0]),
    "Softmax": lambda node, given: torch.softmax(given[0], int(node.number("axis", -1))),
    "Transpose": lambda node, given: given[0].permute(tuple(node.list("perm", ()))),
}
