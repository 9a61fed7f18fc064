"""The distance of each face of a frame from each track.

All pairs are computed at once: a crowd has tens of thousands in every frame.
"""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.face import Box

# In sides of the face. In a concert's stage and audience, faces were within 0.55 of the expected
# point at two frames per second, and within 0.42 at ten; twice that allows for livelier people.
LONGEST_DISTANCE = 1.1
# How much larger or smaller a face may become between frames; approaching the camera takes less.
LARGEST_GROWTH = 1.8
NEVER = 1e6

Point: TypeAlias = tuple[float, float]


def measure_costs(
    faces: Sequence[Box], tracks: Sequence[Box], expected: Sequence[Point]
) -> NDArray[np.float64]:
    """The distance of each face from where each track was or is expected, in sides of the face:
    (faces, tracks), NEVER if it is too far."""
    centers, sides = _list_centers(faces), _list_sides(faces)[:, np.newaxis]
    old_sides = _list_sides(tracks)
    # A person may have stopped: the nearer of the two points counts.
    distances = np.minimum(
        _measure_distances(centers, np.array(expected)),
        _measure_distances(centers, _list_centers(tracks)),
    )
    distances /= (sides + old_sides) / 2
    growths = np.maximum(sides, old_sides) / np.minimum(sides, old_sides)
    too_far = (distances > LONGEST_DISTANCE) | (growths > LARGEST_GROWTH)
    return np.where(too_far, NEVER, distances + np.log(growths))


def find_center(box: Box) -> Point:
    return box.x + box.width / 2, box.y + box.height / 2


def _list_centers(boxes: Sequence[Box]) -> NDArray[np.float64]:
    return np.array([find_center(box) for box in boxes])


def _list_sides(boxes: Sequence[Box]) -> NDArray[np.float64]:
    return np.array([math.sqrt(box.width * box.height) for box in boxes])


def _measure_distances(
    ones: NDArray[np.float64], others: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distances (n, m) between points (n, 2) and points (m, 2)."""
    across, down = (ones[:, np.newaxis] - others).transpose(2, 0, 1)
    distances: NDArray[np.float64] = np.hypot(across, down)
    return distances
