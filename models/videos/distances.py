"""Step 5 for videos: how far each face of a frame is from where each track is looked for.

All pairs at once: a crowd has tens of thousands in every frame.
"""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.face import Box

# In sides of the face. At two frames a second, the faces of a concert's stage and audience lay
# within 0.55 of where they were looked for, at ten within 0.42; twice that is for livelier people.
LONGEST_STEP = 1.1
# How much larger or smaller a face may have become; a step towards the camera is less.
LARGEST_GROWTH = 1.8
NEVER = 1e6

Place: TypeAlias = tuple[float, float]


def measure_costs(
    faces: Sequence[Box], tracks: Sequence[Box], expected: Sequence[Place]
) -> NDArray[np.float64]:
    """The step from where each track was or is expected to each face, in sides: (faces, tracks),
    NEVER where it is too far."""
    middles, sides = _list_places(faces), _list_sides(faces)[:, np.newaxis]
    old_sides = _list_sides(tracks)
    # A person may as well have stopped: the nearer of the two places counts.
    steps = np.minimum(
        _measure_distances(middles, np.array(expected)),
        _measure_distances(middles, _list_places(tracks)),
    )
    steps /= (sides + old_sides) / 2
    growths = np.maximum(sides, old_sides) / np.minimum(sides, old_sides)
    too_far = (steps > LONGEST_STEP) | (growths > LARGEST_GROWTH)
    return np.where(too_far, NEVER, steps + np.log(growths))


def find_middle(box: Box) -> Place:
    return box.x + box.width / 2, box.y + box.height / 2


def _list_places(boxes: Sequence[Box]) -> NDArray[np.float64]:
    return np.array([find_middle(box) for box in boxes])


def _list_sides(boxes: Sequence[Box]) -> NDArray[np.float64]:
    return np.array([math.sqrt(box.width * box.height) for box in boxes])


def _measure_distances(
    ones: NDArray[np.float64], others: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Of places (n, 2) and (m, 2): (n, m)."""
    across, down = (ones[:, np.newaxis] - others).transpose(2, 0, 1)
    distances: NDArray[np.float64] = np.hypot(across, down)
    return distances
