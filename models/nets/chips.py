"""Chips to the input of both dlib models (age and gender, trained by Cydral)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

# The mean red, green and blue of the training pictures, and the divisor of dlib's input layer
# (`input_rgb_image` in dlib/dnn/input.h).
MEAN_RGB = np.array([122.782, 117.001, 104.298], dtype=np.float32)
DIVISOR = np.float32(256.0)

# Larger batches gain nothing and take memory.
LARGEST_BATCH = 64


def prepare_chips(chips: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Chips (N, S, S, 3) RGB to tensors (N, 3, S, S), centered and scaled."""
    values = (chips.astype(np.float32) - MEAN_RGB) / DIVISOR
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2))


def run_in_batches(
    infer: Callable[[NDArray[np.uint8]], NDArray[np.float32]],
    chips: NDArray[np.uint8],
    classes: int,
) -> NDArray[np.float32]:
    """The rows (N, classes) that `infer` returns for `chips` (N, S, S, 3), batch by batch; N may be
    0."""
    rows = np.empty((len(chips), classes), dtype=np.float32)
    for start in range(0, len(chips), LARGEST_BATCH):
        rows[start : start + LARGEST_BATCH] = infer(chips[start : start + LARGEST_BATCH])
    return rows
