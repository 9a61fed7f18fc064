"""A loaded Caffe model: a prototxt with its weights, run by OpenCV.

OpenCV 5 reads no Caffe models any more, so pyproject.toml asks for OpenCV 4.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import ModelUnavailable
from models.graphs.graph import CPU


class CaffeGraph:
    """A network of OpenCV's DNN module with one input. It runs on the CPU, whatever the provider:
    OpenCV's wheels have no other backend."""

    def __init__(self, net: cv2.dnn.Net) -> None:
        self._net = net
        self._outputs = net.getUnconnectedOutLayersNames()

    @property
    def provider(self) -> str:
        return CPU

    def run(self, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self._net.setInput(inputs)
        # The network reuses the memory of its outputs.
        return [np.array(one, dtype=np.float32) for one in self._net.forward(self._outputs)]


def load_caffe(network: Path, weights: Path) -> CaffeGraph:
    """Open the prototxt `network` with its `weights`. Raises ModelUnavailable."""
    try:
        return CaffeGraph(cv2.dnn.readNetFromCaffe(str(network), str(weights)))
    except cv2.error as error:
        raise ModelUnavailable(f"The model {weights.name} cannot be opened: {error.err}") from error
