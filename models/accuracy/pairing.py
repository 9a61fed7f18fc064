"""Which faces of one analysis of a picture are those of another."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.face import Box

# Detectors draw the same face with different margins: boxes of the same face overlap by this much
# of what they cover together, and boxes of two people beside each other do not.
LEAST_OVERLAP = 0.3


def pair_boxes(first: Sequence[Box], second: Sequence[Box]) -> list[tuple[int, int]]:
    """The indices of boxes that show the same face, the best overlap first; each box is in at most
    one pair."""
    if not first or not second:
        return []
    overlaps = measure_overlaps(_to_array(first), _to_array(second))
    pairs = []
    while (best := int(overlaps.argmax())) >= 0:
        row, column = divmod(best, len(second))
        if overlaps[row, column] < LEAST_OVERLAP:
            break
        pairs.append((row, column))
        overlaps[row, :] = overlaps[:, column] = -1.0
    return pairs


def measure_overlaps(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The intersection over union (N, M) of boxes (N, 4) and (M, 4): left, top, right, bottom."""
    corner = np.maximum(first[:, np.newaxis, :2], second[np.newaxis, :, :2])
    opposite = np.minimum(first[:, np.newaxis, 2:], second[np.newaxis, :, 2:])
    shared = (opposite - corner).clip(min=0.0).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (first, second)]
    joint = areas[0][:, np.newaxis] + areas[1][np.newaxis, :] - shared
    overlaps: NDArray[np.float64] = shared / joint
    return overlaps


def _to_array(boxes: Sequence[Box]) -> NDArray[np.float64]:
    corners = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in boxes]
    return np.array(corners, dtype=np.float64)
