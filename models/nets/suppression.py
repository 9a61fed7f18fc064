"""Drops boxes that repeat a better one: greedy non-maximum suppression."""

import numpy as np
from numpy.typing import NDArray


def keep_best(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], max_iou: float
) -> NDArray[np.intp]:
    """Indices of `boxes` (n, 4: left, top, right, bottom) to keep, best `scores` (n,) first.

    A box is dropped if its intersection over union with a better one exceeds `max_iou`. Equal
    scores are taken from left to right, so that the result does not depend on their order.
    """
    waiting = np.lexsort((boxes[:, 1], boxes[:, 0], -scores))
    kept: list[np.intp] = []
    while waiting.size:
        best, rest = waiting[0], waiting[1:]
        kept.append(best)
        waiting = rest[measure_iou(boxes[best], boxes[rest]) <= max_iou]
    return np.array(kept, dtype=np.intp)


def measure_iou(box: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """The intersection over union of `box` (4,) and each of `others` (n, 4), from 0 to 1."""
    corner = np.maximum(box[:2], others[:, :2])
    opposite = np.minimum(box[2:], others[:, 2:])
    shared = (opposite - corner).clip(min=0.0).prod(axis=1)
    joint = _area(box[np.newaxis]) + _area(others) - shared
    iou: NDArray[np.float32] = shared / np.maximum(joint, np.float32(1e-9))
    return iou


def _area(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    area: NDArray[np.float32] = (boxes[:, 2:] - boxes[:, :2]).clip(min=0.0).prod(axis=1)
    return area
