"""How alike two pictures look: perceptual hashes."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

# The low frequencies of a picture, by their sign around the median (Zauner 2010, "Implementation
# and Benchmarking of Perceptual Image Hash Functions", section 3.2): 8 x 8 of 32 x 32, which leave
# the picture's brightness out.
HASHED_SIDE, FREQUENCIES = 32, 8
# Pictures whose hashes differ in at most this many of 64 bits show the same scene: scaled or saved
# again, a picture changes 0 to 3 bits.
SIMILAR_BITS = 4
# Hashes compared at once: bounds the memory.
ROWS_AT_ONCE = 512


def hash_picture(rgb: NDArray[np.uint8]) -> int:
    """64 bits that change little when `rgb` (H, W, 3) is scaled, saved again or brightened."""
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(gray, (HASHED_SIDE, HASHED_SIDE), interpolation=cv2.INTER_AREA)
    waves = cv2.dct(small.astype(np.float32))[1 : FREQUENCIES + 1, 1 : FREQUENCIES + 1]
    bits = (waves > np.median(waves)).astype(np.uint8).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def list_similar(hashes: NDArray[np.uint64]) -> Iterator[tuple[int, int]]:
    """Each pair of indices, the lower first, whose hashes (N,) differ in few bits."""
    for start in range(0, len(hashes), ROWS_AT_ONCE):
        rows = hashes[start : start + ROWS_AT_ONCE, None]
        apart = np.bitwise_count(rows ^ hashes[None, :])
        for row, column in np.argwhere(apart <= SIMILAR_BITS):
            if start + row < column:
                yield int(start + row), int(column)
