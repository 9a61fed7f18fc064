"""Pixels to how much detail they show.

Blurring a picture that is blurred already changes it little: how far its slopes weaken tells how
blurred it was (Zhuo and Sim 2011, "Defocus map estimation from a single image").
"""

from math import sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

# The blur that is added, as the standard deviation of a Gaussian, in pixels.
ADDED_BLUR_PIXELS = 1.5
# What is measured of a picture as sharp as its pixels allow, and the blur that such pixels have
# once they are enlarged.
LEAST_MEASURED_PIXELS, PIXEL_BLUR_PIXELS = 0.9, 0.5
# Slopes this weak are none: a flat picture has no sharpness.
LEAST_SLOPES = 1e-3


def measure_sharpness(gray: NDArray[np.float32]) -> float:
    """1 if the pixels (H, W) show all the detail they can, about 0.5 if half as many would; along
    the direction in which they are more blurred."""
    blurred = cv2.GaussianBlur(gray, (0, 0), ADDED_BLUR_PIXELS).astype(np.float32, copy=False)
    return min(_compare_slopes(gray, blurred, *along) for along in ((1, 0), (0, 1)))


def _compare_slopes(
    gray: NDArray[np.float32], blurred: NDArray[np.float32], across: int, down: int
) -> float:
    """The sharpness along one direction."""
    before, after = (
        float(np.square(cv2.Sobel(one, cv2.CV_32F, across, down)).mean()) for one in (gray, blurred)
    )
    if before < LEAST_SLOPES or before <= after:
        return 0.0
    # The variance of a Gaussian that weakened the slopes as the added one did.
    variance = ADDED_BLUR_PIXELS**2 * after / (before - after)
    added = max(0.0, variance - LEAST_MEASURED_PIXELS**2)
    return PIXEL_BLUR_PIXELS / sqrt(PIXEL_BLUR_PIXELS**2 + added)
