"""Step 5 for videos: where faces have moved from one frame to the next, told by the pixels in them.

This is median flow (Kalal, Mikolajczyk and Matas 2010, "Forward-backward error"): a grid of points
is followed by Lucas' and Kanade's pyramids, there and back; those that come back nearest to where
they began say how far their box has moved and by how much it has grown.
"""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

# Left, top, right and bottom: (4,) float64, in pixels.
Corners = NDArray[np.float64]
Points = NDArray[np.float32]

POINTS_PER_SIDE = 6
# Near its edges, a box has more of the background than of the face.
MARGIN = 0.1
FEWEST_POINTS = 6
# In sides of the box; a point that comes back farther off has been lost.
LARGEST_ERROR = 0.1
# From one frame to the next no face grows or shrinks by more.
LARGEST_GROWTH = 1.1
WINDOW = (15, 15)
PYRAMID_LEVELS = 3


def follow(
    before: NDArray[np.uint8], after: NDArray[np.uint8], boxes: Mapping[int, Corners]
) -> dict[int, Corners]:
    """Where the boxes of one gray frame (H, W) are in the next, less those that are lost."""
    if not boxes:
        return {}
    points = np.concatenate([_lay_grid(box) for box in boxes.values()])
    moved, found = _flow(before, after, points)
    back, found_back = _flow(after, before, moved)
    errors = np.where(found & found_back, np.linalg.norm(back - points, axis=1), np.inf)
    parts = (np.split(one, len(boxes)) for one in (points, moved, errors))
    steps = zip(boxes.items(), *parts, strict=True)
    followed = {key: _move(box, *step) for (key, box), *step in steps}
    return {key: box for key, box in followed.items() if box is not None}


def _lay_grid(box: Corners) -> Points:
    """(POINTS_PER_SIDE², 2), each as x and y."""
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
    step = np.median(moved[good] - points[good], axis=0)
    growth = _measure_growth(points[good], moved[good])
    middle, half = (box[:2] + box[2:]) / 2 + step, (box[2:] - box[:2]) / 2 * growth
    return np.concatenate([middle - half, middle + half])


def _measure_growth(points: Points, moved: Points) -> float:
    """By how much the points are farther from each other, in the middle of all pairs."""
    first, second = np.triu_indices(len(points), k=1)
    before, after = (np.linalg.norm(some[first] - some[second], axis=1) for some in (points, moved))
    return float(np.clip(np.median(after / before), 1 / LARGEST_GROWTH, LARGEST_GROWTH))
