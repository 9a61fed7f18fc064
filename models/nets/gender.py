"""Chips to perceived genders, with dlib's gender model."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.nets.chips import prepare_chips, run_in_batches
from models.nets.graph import Graph

INPUT_SIDE = 32


class GenderModel:
    """dlib's gender model."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def female(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The probability (N,) that each face is perceived as female, for `chips` (N, 64, 64, 3)
        RGB."""
        return run_in_batches(self._infer, chips, 1)[:, 0]

    def _infer(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        return read_female(self._graph.run(prepare_chips(shrink_chips(chips)))[0])


def shrink_chips(chips: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(N, 64, 64, 3) to (N, 32, 32, 3), each pixel the mean of the four it covers."""
    size = (INPUT_SIDE, INPUT_SIDE)
    return np.stack(
        [
            cv2.resize(chip, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
            for chip in chips
        ]
    )


def read_female(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """The model's probabilities of female and male (N, 2) to that of female (N, 1), from 0 to 1."""
    return probabilities[:, :1].clip(0.0, 1.0)
