"""Pixels to detections, with YuNet (2023mar)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.face import NONE_DROPPED, Box, Detection, Dropped
from models.graphs.graph import CPU, Graph
from models.nets.yunet import Candidates, pad_size, prepare, read, scale_size
from models.pictures.picture import Picture

# YuNet misses a face that fills its input: of 40 cropped close 28 were found at 640, all at 256.
# So a picture without a face is analyzed once more, at this share of the side.
CLOSE_UP_SHARE = 0.4

# Below the threshold, a face that is more likely than not is reported as dropped.
LIKELY_SCORE = 0.5

# Batching keeps a GPU busy; on a CPU it gains nothing and costs memory.
GPU_BATCH = 8


@dataclass(frozen=True, slots=True)
class Detections:
    """The faces of one picture, best score first, and the number of likely faces left out."""

    faces: list[Detection] = field(default_factory=list)
    dropped: Dropped = NONE_DROPPED


class Detector:
    """Finds faces; pictures are scaled to `side` pixels on their longer side."""

    def __init__(
        self, graph: Graph, side: int, score_threshold: float, smallest_face_pixels: int
    ) -> None:
        self._graph = graph
        self._side = side
        self._close_up_side = round(side * CLOSE_UP_SHARE)
        self._score_threshold = score_threshold
        self._smallest_face_pixels = smallest_face_pixels
        self.batch_pictures = 1 if graph.provider == CPU else GPU_BATCH

    def detect(self, pictures: Sequence[Picture]) -> list[Detections]:
        """The faces of each picture, independent of the pictures it is batched with."""
        found = self._detect_at(pictures, self._side)
        missed = [index for index, one in enumerate(found) if not one.faces]
        close_ups = self._detect_at([pictures[index] for index in missed], self._close_up_side)
        for index, close_up in zip(missed, close_ups, strict=True):
            if close_up.faces:
                found[index] = close_up
        return found

    def _detect_at(self, pictures: Sequence[Picture], side: int) -> list[Detections]:
        found = [Detections() for _ in pictures]
        lowest_score = min(LIKELY_SCORE, self._score_threshold)
        for batch in self._group(pictures, side):
            inputs = prepare([pictures[index].rgb for index in batch], side)
            outputs = self._graph.run(inputs)
            for row, index in enumerate(batch):
                candidates = read([output[row] for output in outputs], inputs.shape, lowest_score)
                found[index] = self._scale_up(candidates, pictures[index], side)
        return found

    def _group(self, pictures: Sequence[Picture], side: int) -> Iterable[list[int]]:
        """Indices of pictures that share an input shape, at most a batch at a time."""
        groups: dict[tuple[int, int], list[int]] = {}
        for index, picture in enumerate(pictures):
            shape = pad_size(scale_size(picture.rgb, side))
            groups.setdefault(shape, []).append(index)
        for members in groups.values():
            for start in range(0, len(members), self.batch_pictures):
                yield members[start : start + self.batch_pictures]

    def _scale_up(self, candidates: Candidates, picture: Picture, side: int) -> Detections:
        """Candidates in pixels of the model's input as detections in pixels of the full picture."""
        limits = (picture.width_pixels, picture.height_pixels)
        to_full = np.divide(limits, scale_size(picture.rgb, side), dtype=np.float32)
        boxes = candidates.boxes.reshape(-1, 2, 2) * to_full
        landmarks = candidates.landmarks * to_full
        detections = (
            _make_detection(box, score, points, limits)
            for box, score, points in zip(boxes, candidates.scores, landmarks, strict=True)
        )
        return self._filter([detection for detection in detections if detection])

    def _filter(self, likely: Sequence[Detection]) -> Detections:
        certain = [one for one in likely if one.score >= self._score_threshold]
        large = [
            one
            for one in certain
            if min(one.box.width, one.box.height) >= self._smallest_face_pixels
        ]
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
