"""Likely faces to detections: in whole pixels, sure and large enough, or counted as dropped."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.face import NONE_DROPPED, Box, Detection, Dropped
from models.nets.candidates import Candidates
from models.pictures.picture import Picture

# Below the threshold, a face that is more likely than not is reported as dropped.
LIKELY_SCORE = 0.5


@dataclass(frozen=True, slots=True)
class Detections:
    """The faces of one picture, best score first, and the number of likely faces left out."""

    faces: list[Detection] = field(default_factory=list)
    dropped: Dropped = NONE_DROPPED


@dataclass(frozen=True, slots=True)
class Bounds:
    """What counts as a face."""

    score_threshold: float
    smallest_face_pixels: int

    @property
    def likely_score(self) -> float:
        return min(LIKELY_SCORE, self.score_threshold)


class Detector(Protocol):
    """Finds faces in pictures."""

    @property
    def batch_pictures(self) -> int:
        """The number of pictures that `detect` handles best at once."""

    def detect(self, pictures: Sequence[Picture], *, crowd: bool = False) -> list[Detections]:
        """The faces of each picture, in pixels of its full size.

        With `crowd`, the smallest faces of large pictures are searched for, too.
        """


def describe(
    candidates: Candidates, doubtful: NDArray[np.bool_], limits: tuple[int, int], bounds: Bounds
) -> Detections:
    """The faces among `candidates`, in pixels of a picture of width and height `limits`.

    Those that are `doubtful` (n,) are dropped as too uncertain.
    """
    likely = [
        (detection, doubt)
        for box, score, points, doubt in zip(
            candidates.boxes.reshape(-1, 2, 2),
            candidates.scores,
            candidates.landmarks,
            doubtful,
            strict=True,
        )
        if score >= bounds.likely_score
        and (detection := _make_detection(box, score, points, limits))
    ]
    certain = [one for one, doubt in likely if one.score >= bounds.score_threshold and not doubt]
    large = [one for one in certain if _shorter_side(one.box) >= bounds.smallest_face_pixels]
    return Detections(large, Dropped(len(certain) - len(large), len(likely) - len(certain)))


def _make_detection(
    corners: NDArray[np.float32],
    score: np.float32,
    points: NDArray[np.float32],
    limits: tuple[int, int],
) -> Detection | None:
    """A detection clipped to the picture, or None if it is entirely outside."""
    (left, top), (right, bottom) = np.rint(corners.clip((0, 0), limits)).astype(int).tolist()
    if right <= left or bottom <= top:
        return None
    landmarks = tuple((x, y) for x, y in np.rint(points).astype(int).tolist())
    return Detection(Box(left, top, right - left, bottom - top), float(score), landmarks)


def _shorter_side(box: Box) -> int:
    return min(box.width, box.height)
