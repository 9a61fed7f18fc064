"""Pictures to detections with the SSD ResNet-10 of OpenCV's samples, a Caffe model."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.graphs.graph import Graph
from models.nets.candidates import Candidates
from models.nets.detections import Bounds, Detections, describe
from models.nets.placement import place_landmarks
from models.pictures.picture import Picture

SIDE = 300
# The mean blue, green and red of its training pictures (OpenCV's samples/dnn/face_detector).
MEAN_BGR = np.array([104.0, 117.0, 123.0], dtype=np.float32)

# YuNet's landmarks as shares of the boxes of this model: medians over 300 faces.
LANDMARKS = np.array(
    [[0.27, 0.42], [0.72, 0.42], [0.49, 0.62], [0.3, 0.75], [0.69, 0.75]], dtype=np.float32
)


class SsdDetector:
    """Finds faces in pictures that are stretched to a square of 300 pixels: large ones."""

    batch_pictures = 1

    def __init__(self, graph: Graph, bounds: Bounds) -> None:
        self._graph = graph
        self._bounds = bounds

    def detect(self, pictures: Sequence[Picture], *, crowd: bool = False) -> list[Detections]:
        """The faces of each picture. `crowd` changes nothing: this model finds no small faces."""
        return [self._detect(picture) for picture in pictures]

    def _detect(self, picture: Picture) -> Detections:
        [output] = self._graph.run(prepare(picture.rgb))
        limits = (picture.width_pixels, picture.height_pixels)
        candidates = read(output, self._bounds.likely_score).move(
            np.array(limits, dtype=np.float32), np.zeros(2, dtype=np.float32)
        )
        return describe(candidates, np.zeros(len(candidates), dtype=bool), limits, self._bounds)


def prepare(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A picture (H, W, 3) RGB as (1, 3, 300, 300) BGR, centered."""
    scaled = cv2.resize(rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.ascontiguousarray((scaled[:, :, ::-1] - MEAN_BGR).transpose(2, 0, 1)[np.newaxis])


def read(output: NDArray[np.float32], likely_score: float) -> Candidates:
    """The output (1, 1, n, 7: -, -, score, left, top, right, bottom) to faces, best first, as
    shares of the picture's width and height."""
    rows = output.reshape(-1, 7)
    rows = rows[np.isfinite(rows).all(axis=1) & (rows[:, 2] >= likely_score)]
    rows = rows[np.argsort(-rows[:, 2], kind="stable")]
    boxes = rows[:, 3:7]
    return Candidates(boxes, rows[:, 2].clip(0.0, 1.0), place_landmarks(boxes, LANDMARKS))
