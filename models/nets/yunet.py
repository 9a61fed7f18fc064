"""YuNet's input and outputs (2023mar): pictures to tensors, tensors to candidates."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.nets.candidates import MAX_IOU, Candidates
from models.nets.suppression import keep_best
from models.pictures.pyramid import Pyramid

# The model has an anchor in each square of each of these strides. Its outputs are class, object,
# box and landmarks, each for the three strides (OpenCV's modules/objdetect/src/face_detect.cpp
# reads them the same).
STRIDES = (8, 16, 32)
SIDE_MULTIPLE = 32
# The largest enlargement of a small picture. Up to a side of 640 it makes landmarks more exact (and
# ages in pictures of 300 pixels, by 0.2 years); a tiny picture only gets blurred, and slow.
MAX_ENLARGEMENT = 4.0


def prepare(
    sized: Sequence[tuple[Pyramid, int]], multiple: int = SIDE_MULTIPLE
) -> NDArray[np.float32]:
    """RGB pictures that scale to one padded shape, as (N, 3, h, w) BGR, 0 to 255.

    Each comes with the length of its longer side; h and w are padded at the end, in black, to a
    `multiple`, itself one of 32.
    """
    width, height = pad_size(scale_size(*sized[0]), multiple)
    inputs = np.zeros((len(sized), 3, height, width), dtype=np.float32)
    for planes, (picture, side) in zip(inputs, sized, strict=True):
        scaled = scale(picture, side)
        for plane, color in zip(planes, reversed(cv2.split(scaled)), strict=True):
            plane[: scaled.shape[0], : scaled.shape[1]] = color
    return inputs


def read(
    outputs: Sequence[NDArray[np.float32]], shape: Sequence[int], score_threshold: float
) -> Candidates:
    """The outputs for one picture to its distinct faces, in pixels of the model's input.

    `outputs` are class, object, box and landmarks (anchors, 1, 1, 4 and 10), each for the three
    strides; `shape` is that of the model's input, (N, 3, h, w).
    """
    classes, objects, offsets, points = (
        np.concatenate(outputs[start : start + len(STRIDES)])
        for start in range(0, 4 * len(STRIDES), len(STRIDES))
    )
    squares = classes[:, 0].clip(0.0, 1.0) * objects[:, 0].clip(0.0, 1.0)
    likely = np.flatnonzero(squares >= score_threshold**2)
    scores = np.sqrt(squares[likely])
    anchors, strides = _locate_anchors(likely, shape[3], shape[2])
    boxes = _read_boxes(offsets[likely], anchors, strides)
    landmarks = (points[likely].reshape(-1, 5, 2) + anchors[:, np.newaxis]) * strides[:, np.newaxis]
    candidates = Candidates(boxes, scores, landmarks)
    return candidates.choose(keep_best(boxes, scores, MAX_IOU))


def scale_size(picture: Pyramid, side: int) -> tuple[int, int]:
    """The width and height that a picture is scaled to."""
    height, width, _ = picture.pixels.shape
    scale = min(side / max(width, height), MAX_ENLARGEMENT)
    return max(1, round(width * scale)), max(1, round(height * scale))


def pad_size(size: tuple[int, int], multiple: int = SIDE_MULTIPLE) -> tuple[int, int]:
    """A width and height rounded up to what the model takes."""
    width, height = (pad_length(length, multiple) for length in size)
    return width, height


def pad_length(length: int, multiple: int) -> int:
    return -(-length // multiple) * multiple


def scale(picture: Pyramid, side: int) -> NDArray[np.uint8]:
    """A picture with its longer side at `side` pixels, unless it is too small for that."""
    return picture.shrink(*scale_size(picture, side))


def _locate_anchors(
    indices: NDArray[np.intp], width: int, height: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The anchors (n, 2: column, row) and their strides (n, 1), by their numbers through all three
    strides."""
    counts = [(width // stride) * (height // stride) for stride in STRIDES]
    ends = np.cumsum(counts)
    level = np.searchsorted(ends, indices, side="right")
    strides = np.array(STRIDES)[level]
    rows, columns = np.divmod(indices - (ends - counts)[level], width // strides)
    anchors = np.stack([columns, rows], axis=1).astype(np.float32)
    return anchors, strides[:, np.newaxis].astype(np.float32)


def _read_boxes(
    offsets: NDArray[np.float32], anchors: NDArray[np.float32], strides: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Corners (n, 4) from center offsets and log sizes (n, 4), both in strides."""
    centers = (anchors + offsets[:, :2]) * strides
    halves = np.exp(offsets[:, 2:]) * strides / 2
    return np.concatenate([centers - halves, centers + halves], axis=1)
