"""Pictures with a labeled box around each face, and which of the faces were found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.face import Box

# As in PASCAL VOC (Everingham and others 2010): a face is found if the two boxes share this much.
LEAST_IOU = 0.5


@dataclass(frozen=True, slots=True)
class FoundBox:
    """A face as the detector found it, with its score."""

    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class BoxedPicture:
    """A picture that could be read: the boxes of its faces, and what was found in it.

    `unclear` are boxes of faces too small or too hidden to be expected: neither missing nor finding
    one of them counts.
    """

    labeled: tuple[Box, ...]
    found: tuple[FoundBox, ...]
    unclear: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """The found boxes of all pictures that count, best score first, and the faces to be found."""

    scores: NDArray[np.float64]  # (F,)
    hits: NDArray[np.bool_]  # (F,) whether the box is that of a labeled face
    pictures: NDArray[np.int64]  # (F,) the number of its picture, from 0
    labeled: NDArray[np.int64]  # (P,) faces of each picture


def match_boxes(pictures: Sequence[BoxedPicture]) -> Matches:
    """Each found box is that of the labeled face it shares most with, if no better box is."""
    rows = sorted(
        (-one.score, number, hit)
        for number, picture in enumerate(pictures)
        for one, hit in _match(picture)
    )
    return Matches(
        scores=np.array([-score for score, _, _ in rows], dtype=np.float64),
        hits=np.array([hit for _, _, hit in rows], dtype=np.bool_),
        pictures=np.array([number for _, number, _ in rows], dtype=np.int64),
        labeled=np.array([len(picture.labeled) for picture in pictures], dtype=np.int64),
    )


def _match(picture: BoxedPicture) -> list[tuple[FoundBox, bool]]:
    waiting = list(picture.labeled)
    matched = []
    for one in sorted(picture.found, key=lambda found: -found.score):
        nearest = max(waiting, key=lambda box: measure_iou(box, one.box), default=None)
        if nearest is not None and measure_iou(nearest, one.box) >= LEAST_IOU:
            waiting.remove(nearest)
            matched.append((one, True))
        elif all(measure_iou(box, one.box) < LEAST_IOU for box in picture.unclear):
            matched.append((one, False))
    return matched


def measure_iou(one: Box, other: Box) -> float:
    """The intersection over union of two boxes, from 0 to 1."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(0, width) * max(0, height)
    return shared / (one.width * one.height + other.width * other.height - shared)
