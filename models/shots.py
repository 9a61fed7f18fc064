"""Where one shot ends and the next begins, told from small signatures of the sampled frames."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

# Hue, saturation and brightness in so many steps each, counted over every so-manieth pixel, such
# that this many are left along the longer side: counts need no more, and a frame no more time.
HISTOGRAM_STEPS = (8, 4, 4)
SIDE_PIXELS = 160
# Over pairs of frames half a second apart of a 9-second clip of a concert with three cuts, the
# pairs within a shot (a moving camera, people who gesture) reach 0.20, those over a cut begin at
# 0.38.
CUT_DISTANCE = 0.30


def sign_frame(rgb: NDArray[np.uint8]) -> bytes:
    """A frame (H, W, 3) as 128 bytes: how often each colour occurs in it."""
    step = max(1, max(rgb.shape[:2]) // SIDE_PIXELS)
    hsv = cv2.cvtColor(np.ascontiguousarray(rgb[::step, ::step]), cv2.COLOR_RGB2HSV)
    ranges = [0, 180, 0, 256, 0, 256]
    counts = cv2.calcHist([hsv], [0, 1, 2], None, list(HISTOGRAM_STEPS), ranges).ravel()
    # The roots of the shares, as the distance wants them.
    roots: NDArray[np.uint8] = (np.sqrt(counts / counts.sum()) * 255).round().astype(np.uint8)
    return roots.tobytes()


def measure_change(before: bytes, after: bytes) -> float:
    """Hellinger's distance of two frames' colours, from 0 (alike) to 1."""
    first, second = (np.frombuffer(one, np.uint8).astype(np.float64) for one in (before, after))
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return math.sqrt(max(0.0, 1.0 - float(first @ second) / lengths))


def is_cut(before: bytes, after: bytes) -> bool:
    """Whether a shot ends between two frames that follow each other."""
    return measure_change(before, after) > CUT_DISTANCE
