"""Step 2: pixels to detections, with YuNet (2023mar)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from models.face import NONE_DROPPED, Box, Detection, Dropped
from models.nets.graph import CPU, Graph
from models.nets.suppression import keep_best
from models.pictures.picture import Picture

# The net sees the picture at these strides; its outputs come as class, object, box, landmarks,
# each for the three strides (OpenCV's modules/objdetect/src/face_detect.cpp reads them the same).
STRIDES = (8, 16, 32)
SIDE_MULTIPLE = 32

# The overlap of two boxes of one face, as in OpenCV's FaceDetectorYN sample.
MAX_OVERLAP = 0.3

# A small picture is enlarged this much at most. Landmarks get more exact up to a side of 640 (ages
# in pictures of 300 pixels by 0.2 years); a tiny picture only gets blurred, and slow.
MAX_ENLARGEMENT = 4.0

# YuNet misses a face that fills its input: of 40 cropped close 28 were found at 640, all at 256.
# So a picture without a face is looked at once more, at this share of the side.
CLOSE_UP_SHARE = 0.4

# Under the threshold, a face that the net holds for likelier than not is told as dropped.
LIKELY_SCORE = 0.5

# Batching gains nothing on a CPU and costs memory; a GPU it keeps busy.
GPU_BATCH = 8


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the net sees in one picture, over a score, in pixels of its own input."""

    boxes: NDArray[np.float32]  # (n, 4) left, top, right, bottom
    scores: NDArray[np.float32]  # (n,)
    landmarks: NDArray[np.float32]  # (n, 5, 2) x, y


@dataclass(frozen=True, slots=True)
class Detections:
    """The faces of one picture, best score first, and how many likely ones are not among them."""

    faces: list[Detection] = field(default_factory=list)
    dropped: Dropped = NONE_DROPPED


class Detector:
    """Finds faces; `side` is how many pixels the longer side of a picture has for the net."""

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
        """The faces of each picture; what it is batched with changes nothing."""
        found = self._look(pictures, self._side)
        missed = [index for index, one in enumerate(found) if not one.faces]
        close_ups = self._look([pictures[index] for index in missed], self._close_up_side)
        for index, close_up in zip(missed, close_ups, strict=True):
            if close_up.faces:
                found[index] = close_up
        return found

    def _look(self, pictures: Sequence[Picture], side: int) -> list[Detections]:
        found = [Detections() for _ in pictures]
        lowest_score = min(LIKELY_SCORE, self._score_threshold)
        for batch in self._group(pictures, side):
            inputs = prepare([pictures[index].rgb for index in batch], side)
            outputs = self._graph.run(inputs)
            for row, index in enumerate(batch):
                candidates = read([output[row] for output in outputs], inputs.shape, lowest_score)
                found[index] = self._place(candidates, pictures[index], side)
        return found

    def _group(self, pictures: Sequence[Picture], side: int) -> Iterable[list[int]]:
        """Indices of pictures that share an input shape, at most a batch at a time."""
        groups: dict[tuple[int, int], list[int]] = {}
        for index, picture in enumerate(pictures):
            shape = _pad_size(_scale_size(picture.rgb, side))
            groups.setdefault(shape, []).append(index)
        for members in groups.values():
            for start in range(0, len(members), self.batch_pictures):
                yield members[start : start + self.batch_pictures]

    def _place(self, candidates: Candidates, picture: Picture, side: int) -> Detections:
        """Candidates in pixels of the net's input as detections in those of the full picture."""
        limits = (picture.width_pixels, picture.height_pixels)
        to_full = np.divide(limits, _scale_size(picture.rgb, side), dtype=np.float32)
        boxes = candidates.boxes.reshape(-1, 2, 2) * to_full
        landmarks = candidates.landmarks * to_full
        placed = (
            _make_detection(box, score, points, limits)
            for box, score, points in zip(boxes, candidates.scores, landmarks, strict=True)
        )
        return self._judge([detection for detection in placed if detection])

    def _judge(self, likely: Sequence[Detection]) -> Detections:
        sure = [one for one in likely if one.score >= self._score_threshold]
        large = [
            one for one in sure if min(one.box.width, one.box.height) >= self._smallest_face_pixels
        ]
        return Detections(large, Dropped(len(sure) - len(large), len(likely) - len(sure)))


def prepare(rgbs: Sequence[NDArray[np.uint8]], side: int) -> NDArray[np.float32]:
    """Pictures (H, W, 3) RGB that scale to one padded shape, as (N, 3, h, w) BGR, 0 to 255.

    The longer side becomes `side`; h and w are padded at the end, in black, to multiples of 32.
    """
    width, height = _pad_size(_scale_size(rgbs[0], side))
    inputs = np.zeros((len(rgbs), 3, height, width), dtype=np.float32)
    for planes, rgb in zip(inputs, rgbs, strict=True):
        scaled_width, scaled_height = _scale_size(rgb, side)
        colors = cv2.split(_scale(rgb, scaled_width, scaled_height))
        for plane, color in zip(planes, reversed(colors), strict=True):
            plane[:scaled_height, :scaled_width] = color
    return inputs


def read(
    outputs: Sequence[NDArray[np.float32]], shape: Sequence[int], score_threshold: float
) -> Candidates:
    """One picture's outputs to its distinct faces.

    `outputs` are class, object, box and landmarks (anchors, 1, 1, 4 and 10), each for the three
    strides; `shape` is that of the net's input, (N, 3, h, w).
    """
    classes, objects, offsets, points = (
        np.concatenate(outputs[at : at + len(STRIDES)])
        for at in range(0, 4 * len(STRIDES), len(STRIDES))
    )
    squares = classes[:, 0].clip(0.0, 1.0) * objects[:, 0].clip(0.0, 1.0)
    likely = np.flatnonzero(squares >= score_threshold**2)
    scores = np.sqrt(squares[likely])
    cells, strides = _locate_anchors(likely, shape[3], shape[2])
    boxes = _read_boxes(offsets[likely], cells, strides)
    kept = keep_best(boxes, scores, MAX_OVERLAP)
    landmarks = (points[likely].reshape(-1, 5, 2) + cells[:, np.newaxis]) * strides[:, np.newaxis]
    return Candidates(boxes[kept], scores[kept], landmarks[kept])


def _scale_size(rgb: NDArray[np.uint8], side: int) -> tuple[int, int]:
    """Width and height that a picture is scaled to."""
    height, width, _ = rgb.shape
    scale = min(side / max(width, height), MAX_ENLARGEMENT)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _pad_size(size: tuple[int, int]) -> tuple[int, int]:
    width, height = (-(-length // SIDE_MULTIPLE) * SIDE_MULTIPLE for length in size)
    return width, height


def _scale(rgb: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Halve while that leaves enough, then interpolate: as good as averaging, 7 times as fast."""
    scaled = rgb
    while scaled.shape[0] >= 2 * height and scaled.shape[1] >= 2 * width:
        half = (scaled.shape[1] // 2, scaled.shape[0] // 2)
        scaled = cv2.resize(scaled, half, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    exact = cv2.resize(scaled, (width, height), interpolation=cv2.INTER_LINEAR)
    return exact.astype(np.uint8, copy=False)


def _locate_anchors(
    indices: NDArray[np.intp], width: int, height: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cell (n, 2: column, row) and stride (n, 1) of anchors counted through all three strides."""
    counts = [(width // stride) * (height // stride) for stride in STRIDES]
    ends = np.cumsum(counts)
    level = np.searchsorted(ends, indices, side="right")
    strides = np.array(STRIDES)[level]
    rows, columns = np.divmod(indices - (ends - counts)[level], width // strides)
    cells = np.stack([columns, rows], axis=1).astype(np.float32)
    return cells, strides[:, np.newaxis].astype(np.float32)


def _read_boxes(
    offsets: NDArray[np.float32], cells: NDArray[np.float32], strides: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Corners (n, 4) from center offsets and log sizes (n, 4), both in strides."""
    centers = (cells + offsets[:, :2]) * strides
    halves = np.exp(offsets[:, 2:]) * strides / 2
    return np.concatenate([centers - halves, centers + halves], axis=1)


def _make_detection(
    corners: NDArray[np.float32],
    score: np.float32,
    points: NDArray[np.float32],
    limits: tuple[int, int],
) -> Detection | None:
    """A detection clipped to the picture, or None when nothing of it lies inside."""
    (left, top), (right, bottom) = np.rint(corners.clip((0, 0), limits)).astype(int).tolist()
    if right <= left or bottom <= top:
        return None
    landmarks = tuple((x, y) for x, y in np.rint(points).astype(int).tolist())
    return Detection(Box(left, top, right - left, bottom - top), float(score), landmarks)
