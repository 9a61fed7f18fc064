"""A model on an accelerator: run with few shapes, within its memory, until it fails."""

from bisect import bisect_left
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.errors import DeviceLost
from models.graphs.device import Device, InputShapes
from models.graphs.faults import Fault, first_line, read_fault

Array = NDArray[np.float32]
Run = Callable[[Array], list[Array]]

# Batches are padded to one of these: accelerators prepare themselves for each shape that they meet,
# for which cuDNN chooses algorithms, TensorRT and MIGraphX compile, and memory is set aside.
BATCHES = (1, 2, 4, 8, 16, 32, 64)


class AcceleratedGraph:
    """`run` takes one batch of a padded length, and raises what the runtime raises."""

    def __init__(self, run: Run, device: Device) -> None:
        self._run_once = run
        self._device = device

    @property
    def provider(self) -> str:
        return self._device.provider

    def warm_up(self, shapes: InputShapes) -> None:
        """Run each usual shape once, so that no picture waits for what its first run prepares."""
        for height, width in shapes.usual:
            for count in BATCHES[: bisect_left(BATCHES, shapes.most) + 1]:
                self.run(np.zeros((count, 3, height, width), dtype=np.float32))

    def run(self, inputs: Array) -> list[Array]:
        """All outputs for `inputs` (N, ...), in several runs if there are more than fit one.

        Raises DeviceLost where the device fails, or has no memory for a single input.
        """
        most = BATCHES[-1]
        if len(inputs) > most:
            return self._run_parts(inputs, most)
        try:
            return [rows[: len(inputs)] for rows in self._run_once(pad_batch(inputs))]
        except Exception as error:
            fault = read_fault(error)
            if fault is Fault.MISUSED:
                raise
            if fault is Fault.LOST:
                raise DeviceLost(
                    f"The device {self._device} failed: {first_line(error)}"
                ) from error
            if len(inputs) == 1:
                raise DeviceLost(self._describe_shortage(error)) from error
        return self._run_parts(inputs, -(-len(inputs) // 2))

    def _run_parts(self, inputs: Array, most: int) -> list[Array]:
        parts = [self.run(inputs[start : start + most]) for start in range(0, len(inputs), most)]
        return [np.concatenate(rows) for rows in zip(*parts, strict=True)]

    def _describe_shortage(self, error: Exception) -> str:
        return (
            f"The device {self._device} has no memory for one picture: end what else uses it, or "
            f"raise FACETALLY_DEVICE_MEMORY_BYTES. {first_line(error)}"
        )


def pad_batch(inputs: Array) -> Array:
    """`inputs` (N, ...) with rows of zeros up to the next of BATCHES."""
    length = BATCHES[bisect_left(BATCHES, len(inputs))]
    if length == len(inputs):
        return inputs
    padded = np.zeros((length, *inputs.shape[1:]), dtype=inputs.dtype)
    padded[: len(inputs)] = inputs
    return padded
