"""Landmarks for the boxes of detectors that find none."""

import numpy as np
from numpy.typing import NDArray


def place_landmarks(boxes: NDArray[np.float32], shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Landmarks (n, 5, 2) where an upright face has them in `boxes` (n, 4: corners).

    `shares` (5, 2) are their usual positions, as shares of the box's width and height.
    """
    corners, sizes = boxes[:, np.newaxis, :2], boxes[:, np.newaxis, 2:] - boxes[:, np.newaxis, :2]
    landmarks: NDArray[np.float32] = corners + shares * sizes
    return landmarks
