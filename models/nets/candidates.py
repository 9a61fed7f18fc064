"""Likely faces of one picture, as arrays: moved, chosen and put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.face import LANDMARK_COUNT
from models.nets.suppression import keep_best

# Boxes of a larger intersection over union are of one face, as in OpenCV's FaceDetectorYN sample.
MAX_IOU = 0.3
# Of two looks, one may take a part of a face for a face: a box that is inside the larger one.
MAX_INSIDE = 0.6


@dataclass(frozen=True, slots=True)
class Candidates:
    """Likely faces with their scores, in pixels that the owner names."""

    boxes: NDArray[np.float32]  # (n, 4) left, top, right, bottom
    scores: NDArray[np.float32]  # (n,)
    landmarks: NDArray[np.float32]  # (n, 5, 2) x, y

    @classmethod
    def none(cls) -> Self:
        return cls(
            np.zeros((0, 4), np.float32),
            np.zeros(0, np.float32),
            np.zeros((0, LANDMARK_COUNT, 2), np.float32),
        )

    def __len__(self) -> int:
        return len(self.scores)

    def choose(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """Those that are `chosen`, by a mask or by their indices."""
        return type(self)(self.boxes[chosen], self.scores[chosen], self.landmarks[chosen])

    def move(self, scale: NDArray[np.float32], shift: NDArray[np.float32]) -> Self:
        """In other pixels: `scale` (2,) of them to one across and down, from `shift` (2,) on."""
        boxes = self.boxes.reshape(-1, 2, 2) * scale + shift
        return type(self)(boxes.reshape(-1, 4), self.scores, self.landmarks * scale + shift)

    @property
    def sides(self) -> NDArray[np.float32]:
        """The shorter side of each box (n,)."""
        sides: NDArray[np.float32] = (self.boxes[:, 2:] - self.boxes[:, :2]).min(axis=1)
        return sides


def merge_looks(looks: Sequence[Candidates]) -> Candidates:
    """The distinct faces of several looks at one picture, best first; all in the same pixels."""
    if len(looks) == 1:
        return looks[0]
    every = Candidates(
        np.concatenate([one.boxes for one in looks]),
        np.concatenate([one.scores for one in looks]),
        np.concatenate([one.landmarks for one in looks]),
    )
    return every.choose(keep_best(every.boxes, every.scores, MAX_IOU, MAX_INSIDE))
