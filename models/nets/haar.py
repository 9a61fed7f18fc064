"""Pictures to detections with a Haar cascade (Viola, Jones 2001; Lienhart, Maydt 2002)."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from models.errors import ModelUnavailable
from models.nets.candidates import Candidates
from models.nets.detections import Bounds, Detections, describe
from models.nets.placement import place_landmarks
from models.nets.yunet import scale_size
from models.pictures.picture import Picture

# Between the sizes that are searched for, as in OpenCV's samples.
SCALE_STEP = 1.1
# The side of the windows that the cascade was trained with.
SMALLEST_WINDOW = 24

# YuNet's landmarks as shares of the boxes of this cascade: medians over 300 faces.
LANDMARKS = np.array(
    [[0.31, 0.38], [0.68, 0.38], [0.49, 0.61], [0.33, 0.76], [0.66, 0.76]], dtype=np.float32
)


class HaarDetector:
    """Finds upright, frontal faces in gray pictures with `side` pixels on their longer side."""

    batch_pictures = 1

    def __init__(self, cascade: cv2.CascadeClassifier, side: int, bounds: Bounds) -> None:
        self._cascade = cascade
        self._side = side
        self._bounds = bounds

    def detect(self, pictures: Sequence[Picture], *, crowd: bool = False) -> list[Detections]:
        """The faces of each picture. `crowd` changes nothing: the cascade finds no small faces."""
        return [self._detect(picture) for picture in pictures]

    def _detect(self, picture: Picture) -> Detections:
        size = scale_size(picture.pyramid, self._side)
        scaled = cv2.resize(picture.rgb, size, interpolation=cv2.INTER_AREA)
        gray = cv2.cvtColor(scaled, cv2.COLOR_RGB2GRAY)
        # Every window that passes is reported with those around it: their number is the evidence.
        boxes, hits = self._cascade.detectMultiScale2(
            gray, scaleFactor=SCALE_STEP, minNeighbors=1, minSize=(SMALLEST_WINDOW, SMALLEST_WINDOW)
        )
        limits = (picture.width_pixels, picture.height_pixels)
        scale = np.divide(limits, size, dtype=np.float32)
        candidates = read(boxes, hits).move(scale, np.zeros(2, dtype=np.float32))
        return describe(candidates, np.zeros(len(candidates), dtype=bool), limits, self._bounds)


def load_cascade(path: Path) -> cv2.CascadeClassifier:
    """Open the cascade of an .xml file. Raises ModelUnavailable."""
    # Given to the constructor, a damaged file would be a SystemError.
    cascade = cv2.CascadeClassifier()
    try:
        opened = cascade.load(str(path))
    except cv2.error as error:
        raise ModelUnavailable(f"{path.name} cannot be opened: {error.err}.") from error
    if not opened or cascade.empty():
        raise ModelUnavailable(f"{path.name} cannot be opened: it is not a cascade.")
    return cascade


def read(boxes: Sequence[Sequence[int]], hits: Sequence[int]) -> Candidates:
    """Boxes (n: left, top, width, height) and how many windows each joins, to faces, best first.

    n windows give a score of n / (n + 2): 0.71 for five, below which false faces are common.
    """
    found = np.array(boxes, dtype=np.float32).reshape(-1, 4)
    counts = np.array(hits, dtype=np.float32).reshape(-1)
    corners = np.concatenate([found[:, :2], found[:, :2] + found[:, 2:]], axis=1)
    order = np.argsort(-counts, kind="stable")
    candidates = Candidates(corners, counts / (counts + 2), place_landmarks(corners, LANDMARKS))
    return candidates.choose(order)
