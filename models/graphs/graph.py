"""A loaded model, whatever its format."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

# Where models run. `auto` stands for CUDA where it works, and for the CPU otherwise.
AUTO, CPU, CUDA, TENSORRT = "auto", "cpu", "cuda", "tensorrt"
OPENVINO, COREML, ROCM = "openvino", "coreml", "rocm"
PROVIDERS = (AUTO, CPU, CUDA, TENSORRT, OPENVINO, COREML, ROCM)


class Graph(Protocol):
    """The computation of one model, opened once and run many times."""

    @property
    def provider(self) -> str:
        """What it runs on: one of PROVIDERS, never `auto`."""

    def run(self, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """All outputs for one batch of `inputs`, in the order of the file.

        Raises DeviceLost where an accelerator fails.
        """
