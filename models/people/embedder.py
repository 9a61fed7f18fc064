"""A face to its embedding: numbers that are alike for two faces of one person.

They are biometric data: made only where a job asks for it, and never stored beyond its end.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.conversion.embedder import SIDE
from models.estimators.alignment import align_face
from models.face import Detection
from models.graphs.device import Device, InputShapes
from models.graphs.graph import CPU, Graph
from models.graphs.opening import load_graph
from models.nets.analyzer import AlignedFaces
from models.packs.parts import LARGEST_BATCH
from models.pictures.picture import Picture
from models.weights.catalog import EMBEDDER

# Eyes, nose and corners of the mouth, where the model was trained to have them.
TARGETS = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655],
     [70.7299, 92.2041]],
)  # fmt: skip
EVENLY = np.ones(len(TARGETS))
# A processor gives the same numbers for any batch, and is not faster with a larger one.
CPU_BATCH = 4
LARGEST = 127

Portrait = NDArray[np.uint8]  # (SIDE, SIDE, 3) RGB


def cut_portrait(picture: Picture, detection: Detection) -> Portrait:
    """The face upright, in the size that the model takes."""
    height, width, _ = picture.rgb.shape
    to_working = np.array([width / picture.width_pixels, height / picture.height_pixels])
    points = np.array(detection.landmarks, dtype=np.float32) * to_working.astype(np.float32)
    return align_face(picture.rgb, points, SIDE, TARGETS, EVENLY)


def add_portraits(picture: Picture, found: AlignedFaces, quality_min: float) -> AlignedFaces:
    """The faces of a picture with their portraits; those below `quality_min` are in no count, and
    get none."""
    return replace(
        found,
        faces=[
            replace(face, portrait=cut_portrait(picture, face.detection))
            if face.quality.value >= quality_min
            else face
            for face in found.faces
        ],
    )


class Embedder:
    """Runs the model on faces, several at once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._batch = CPU_BATCH if graph.provider == CPU else LARGEST_BATCH

    def embed(self, portraits: Sequence[Portrait]) -> list[bytes]:
        """The embedding of each face: 128 numbers of 8 bits, whose direction is what counts."""
        found: list[bytes] = []
        for start in range(0, len(portraits), self._batch):
            batch = np.stack(portraits[start : start + self._batch]).transpose(0, 3, 1, 2)
            [outputs] = self._graph.run(np.ascontiguousarray(batch, dtype=np.float32))
            found += [quantize(one).tobytes() for one in outputs]
        return found


def quantize(embedding: NDArray[np.float32]) -> NDArray[np.int8]:
    largest = float(np.abs(embedding).max()) or 1.0
    quantized: NDArray[np.int8] = np.rint(embedding * (LARGEST / largest)).astype(np.int8)
    return quantized


def load_embedder(weights_dir: Path, device: Device | None = None) -> Embedder:
    """Raises ModelUnavailable if the file is missing, or the device is not there."""
    size = (SIDE, SIDE)
    shapes = InputShapes(smallest=size, largest=size, usual=(size,), most=LARGEST_BATCH)
    return Embedder(load_graph([weights_dir / EMBEDDER.name], device, shapes))
