"""A loaded model, whatever its format."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

CPU = "cpu"
CUDA = "cuda"
AUTO = "auto"
PROVIDERS = (AUTO, CPU, CUDA)


class Graph(Protocol):
    """The computation of one model, opened once and run many times."""

    @property
    def provider(self) -> str:
        """The device it runs on: `cpu` or `cuda`."""

    def run(self, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """All outputs for one batch of `inputs`, in the order of the file."""
