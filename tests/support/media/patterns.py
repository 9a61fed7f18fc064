"""Made pictures that JavaScript can make, too: tests/models/conversion/record_references.mjs."""

import numpy as np
from numpy.typing import NDArray


def make_noise(side: int) -> NDArray[np.uint8]:
    """(side, side, 3): a hash of each value's index."""
    index = np.arange(side * side * 3, dtype=np.uint64)
    hashed = (index * 2654435761 + 12345) % 2**32
    hashed ^= hashed >> 15
    return (hashed * 2246822519 % 2**32 >> 24).astype(np.uint8).reshape(side, side, 3)


def make_ramp(side: int) -> NDArray[np.uint8]:
    """(side, side, 3): each channel grows smoothly, in a direction of its own."""
    y, x, channel = np.indices((side, side, 3))
    return ((x * (channel + 1) + y * (3 - channel)) * 255 // (4 * (side - 1))).astype(np.uint8)
