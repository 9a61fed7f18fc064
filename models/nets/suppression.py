"""Drops boxes that repeat a better one: greedy non-maximum suppression."""

import math

import numpy as np
from numpy.typing import NDArray

# Keeps area divisions finite for boxes without an area.
LEAST_AREA = np.float32(1e-9)


def keep_best(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    max_iou: float,
    max_inside: float = math.inf,
) -> NDArray[np.intp]:
    """Indices of `boxes` (n, 4: left, top, right, bottom) to keep, best `scores` (n,) first.

    A box is dropped if its intersection over union with a better one exceeds `max_iou`, or if more
    than `max_inside` of the smaller of the two is inside the other. Equal scores are taken from
    left to right, so that the result does not depend on their order.
    """
    waiting = np.lexsort((boxes[:, 1], boxes[:, 0], -scores))
    kept: list[np.intp] = []
    while waiting.size:
        best, rest = waiting[0], waiting[1:]
        kept.append(best)
        iou, inside = measure_overlap(boxes[best], boxes[rest])
        waiting = rest[(iou <= max_iou) & (inside <= max_inside)]
    return np.array(kept, dtype=np.intp)


def measure_overlap(
    box: NDArray[np.float32], others: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The intersection of `box` (4,) and each of `others` (n, 4), as a share of their union and
    of the smaller of the two, from 0 to 1."""
    corner = np.maximum(box[:2], others[:, :2])
    opposite = np.minimum(box[2:], others[:, 2:])
    shared = (opposite - corner).clip(min=0.0).prod(axis=1)
    own, areas = _area(box[np.newaxis]), _area(others)
    iou: NDArray[np.float32] = shared / np.maximum(own + areas - shared, LEAST_AREA)
    inside: NDArray[np.float32] = shared / np.maximum(np.minimum(own, areas), LEAST_AREA)
    return iou, inside


def _area(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    area: NDArray[np.float32] = (boxes[:, 2:] - boxes[:, :2]).clip(min=0.0).prod(axis=1)
    return area
