"""Where one shot ends and the next begins, found by comparing fingerprints of sampled frames.

At a shot change both the colors and the outlines of a frame change; when a lamp, a flash or the
exposure changes, only the colors do.
"""

import math

import numpy as np
from numpy.typing import NDArray

from models.tracks.fingerprints import COVERED, FIELDS, HISTOGRAM_BYTES

# Measured on frames half a second apart, in a 9-second clip of a concert with three shot changes:
# pairs within a shot (a moving camera, gestures) reach 0.20, pairs across a change begin at 0.38.
SHOT_DISTANCE = 0.30
# Likeness of outlines above which only the light has changed: 0.6 and more in clips whose lamps
# change color, flash or fade, at most 0.4 across shot changes.
LIKENESS = 0.5
# Outlines are not compared if fields differ by less, or if fewer fields are uncovered in both.
LEAST_CONTRAST = 3.0
LEAST_FIELDS = 100


def measure_change(before: bytes, after: bytes) -> float:
    """Hellinger's distance between the colors of two frames, from 0 (equal) to 1."""
    first, second = (
        np.frombuffer(one, np.uint8, HISTOGRAM_BYTES).astype(np.float64) for one in (before, after)
    )
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return math.sqrt(max(0.0, 1.0 - float(first @ second) / lengths))


def measure_likeness(before: bytes, after: bytes) -> float:
    """The correlation of the outlines of two frames, at most 1; 0 if too little can be compared."""
    first, second = (
        np.frombuffer(one, np.uint8, offset=HISTOGRAM_BYTES).reshape(FIELDS).astype(np.float64)
        for one in (before, after)
    )
    is_uncovered = (first != COVERED) & (second != COVERED)
    whole = _correlate(first[is_uncovered], second[is_uncovered])
    return max(whole, _compare_edges(first, second, is_uncovered)) if whole else 0.0


def _compare_edges(
    first: NDArray[np.float64], second: NDArray[np.float64], is_uncovered: NDArray[np.bool_]
) -> float:
    """By how much neighbors differ, regardless of sign: a lamp may reverse which is brighter."""
    edges: list[list[NDArray[np.float64]]] = [[], []]
    for axis in (0, 1):
        before, after = (np.delete(is_uncovered, index, axis) for index in (-1, 0))
        for some, fields in zip(edges, (first, second), strict=True):
            some.append(np.log1p(np.abs(np.diff(fields, axis=axis)))[before & after])
    return _correlate(np.concatenate(edges[0]), np.concatenate(edges[1]), least_contrast=0.0)


def _correlate(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    least_contrast: float = LEAST_CONTRAST,
) -> float:
    if len(first) < LEAST_FIELDS or min(first.std(), second.std()) <= least_contrast:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def is_shot_change(before: bytes, after: bytes) -> bool:
    """Whether a shot ends between two successive frames, given by their fingerprints."""
    if measure_change(before, after) <= SHOT_DISTANCE:
        return False
    return measure_likeness(before, after) < LIKENESS
