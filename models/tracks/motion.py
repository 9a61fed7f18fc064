"""Follows boxes of faces from one frame to the next by their pixels.

This is median flow (Kalal, Mikolajczyk and Matas 2010, "Forward-backward error"): a grid of points
is tracked forward and back with Lucas-Kanade pyramids; the points that return nearest to where they
began give the shift and the growth of their box.
"""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

# Left, top, right and bottom: (4,) float64, in pixels.
Corners = NDArray[np.float64]
Points = NDArray[np.float32]

POINTS_PER_SIDE = 6
# The edges of a box show more of the background than of the face.
MARGIN = 0.1
FEWEST_POINTS = 6
# In sides of the box; a point that returns farther off is lost.
LARGEST_ERROR = 0.1
# No face grows or shrinks by more from one frame to the next.
LARGEST_GROWTH = 1.1
WINDOW = (15, 15)
PYRAMID_LEVELS = 3


def follow(
    before: NDArray[np.uint8], after: NDArray[np.uint8], boxes: Mapping[int, Corners]
) -> dict[int, Corners]:
    """The boxes of one gray frame (H, W) as they are in the next, without those that are lost."""
    if not boxes:
        return {}
    points = np.concatenate([_lay_grid(box) for box in boxes.values()])
    moved, found = _flow(before, after, points)
    back, found_back = _flow(after, before, moved)
    errors = np.where(found & found_back, np.linalg.norm(back - points, axis=1), np.inf)
    parts = (np.split(one, len(boxes)) for one in (points, moved, errors))
    shifts = zip(boxes.items(), *parts, strict=True)
    followed = {number: _move(box, *shift) for (number, box), *shift in shifts}
    return {number: box for number, box in followed.items() if box is not None}


def _lay_grid(box: Corners) -> Points:
    """Points (POINTS_PER_SIDE², 2) in a box, each x and y."""
    margin = MARGIN * (box[2:] - box[:2])
    columns, rows = np.linspace(box[:2] + margin, box[2:] - margin, POINTS_PER_SIDE).T
    return np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2).astype(np.float32)


def _flow(
    before: NDArray[np.uint8], after: NDArray[np.uint8], points: Points
) -> tuple[Points, NDArray[np.bool_]]:
    moved, found, _ = cv2.calcOpticalFlowPyrLK(
        before, after, points, np.empty_like(points), winSize=WINDOW, maxLevel=PYRAMID_LEVELS
    )
    return moved.astype(np.float32, copy=False), found.ravel().astype(np.bool_)


def _move(
    box: Corners, points: Points, moved: Points, errors: NDArray[np.float64]
) -> Corners | None:
    side = float(np.sqrt(np.prod(box[2:] - box[:2])))
    good = errors <= min(float(np.median(errors)), LARGEST_ERROR * side)
    if good.sum() < FEWEST_POINTS:
        return None
    shift = np.median(moved[good] - points[good], axis=0)
    growth = _measure_growth(points[good], moved[good])
    center, half = (box[:2] + box[2:]) / 2 + shift, (box[2:] - box[:2]) / 2 * growth
    return np.concatenate([center - half, center + half])


def _measure_growth(points: Points, moved: Points) -> float:
    """The median over all pairs of points of how much farther apart they are."""
    first, second = np.triu_indices(len(points), k=1)
    before, after = (np.linalg.norm(some[first] - some[second], axis=1) for some in (points, moved))
    return float(np.clip(np.median(after / before), 1 / LARGEST_GROWTH, LARGEST_GROWTH))
