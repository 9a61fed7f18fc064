"""Pictures to aligned faces, and aligned faces to ages and genders."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.face import NONE_DROPPED, Detection, Dropped, Face, Gender
from models.nets.age import AgeModel, read_age
from models.nets.alignment import CHIP_SIDE, cut_chip
from models.nets.detector import Detector
from models.nets.gender import GenderModel
from models.nets.graph import load_graph
from models.nets.tuning import DETECTION_SIDE, SCORE_THRESHOLD, SMALLEST_FACE_PIXELS
from models.pictures.picture import Picture
from models.weights.catalog import AGE, DETECTOR, GENDER
from models.weights.folder import require_file


@dataclass(frozen=True, slots=True)
class AlignedFace:
    """A detection and its upright chip: all that its estimates need."""

    detection: Detection
    chip: NDArray[np.uint8]  # (64, 64, 3) RGB


@dataclass(frozen=True, slots=True)
class AlignedFaces:
    """The faces of one picture, best score first, and the number of likely faces left out."""

    faces: list[AlignedFace]
    dropped: Dropped = NONE_DROPPED


class Analyzer:
    """Detects faces picture by picture, and estimates their ages and genders many at once."""

    def __init__(self, detector: Detector, age_model: AgeModel, gender_model: GenderModel) -> None:
        self._detector = detector
        self._age_model = age_model
        self._gender_model = gender_model

    @property
    def batch_pictures(self) -> int:
        """The number of pictures that `detect` handles best at once."""
        return self._detector.batch_pictures

    def detect(self, pictures: Sequence[Picture]) -> list[AlignedFaces]:
        """The faces of each picture; the pictures are not needed afterwards."""
        detections = self._detector.detect(pictures)
        return [
            AlignedFaces(
                [AlignedFace(one, _cut_detection(picture, one)) for one in found.faces],
                found.dropped,
            )
            for picture, found in zip(pictures, detections, strict=True)
        ]

    def estimate(self, aligned: Sequence[AlignedFace]) -> list[Face]:
        """Each face with its age and gender, in the same order."""
        chips = np.empty((len(aligned), CHIP_SIDE, CHIP_SIDE, 3), dtype=np.uint8)
        for index, face in enumerate(aligned):
            chips[index] = face.chip
        distributions = self._age_model.distributions(chips)
        females = self._gender_model.female(chips)
        return [
            _make_face(face.detection, distribution, float(female))
            for face, distribution, female in zip(aligned, distributions, females, strict=True)
        ]


def load_analyzer(
    weights_dir: Path,
    *,
    provider: str = "auto",
    threads: int = 1,
    detection_side: int = DETECTION_SIDE,
    score_threshold: float = SCORE_THRESHOLD,
    smallest_face_pixels: int = SMALLEST_FACE_PIXELS,
) -> Analyzer:
    """Open the three models, once per process and after the fork, on `threads` CPU threads.

    Raises ModelUnavailable if weights are missing or altered, or if `provider` (auto, cpu, cuda) is
    not on this machine.
    """
    # Without this, OpenCV would use all cores in each worker process.
    cv2.setNumThreads(threads)
    detector, age, gender = (
        load_graph(require_file(weights_dir, file), provider, threads)
        for file in (DETECTOR, AGE, GENDER)
    )
    return Analyzer(
        Detector(detector, detection_side, score_threshold, smallest_face_pixels),
        AgeModel(age),
        GenderModel(gender),
    )


def _cut_detection(picture: Picture, detection: Detection) -> NDArray[np.uint8]:
    height, width, _ = picture.rgb.shape
    to_working = np.array([width / picture.width_pixels, height / picture.height_pixels])
    points = np.array(detection.landmarks, dtype=np.float32) * to_working.astype(np.float32)
    return cut_chip(picture.rgb, points)


def _make_face(detection: Detection, distribution: NDArray[np.float32], female: float) -> Face:
    return Face(
        box=detection.box,
        score=detection.score,
        landmarks=detection.landmarks,
        gender=Gender(female),
        age=read_age(distribution),
    )
