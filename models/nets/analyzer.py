"""Pictures to aligned faces, and aligned faces to ages and genders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.estimators.ballots import Ballots
from models.estimators.chips import Chips
from models.estimators.loading import load_panel
from models.estimators.panel import Panel
from models.face import NONE_DROPPED, Detection, Dropped, Face, FaceQuality
from models.graphs.device import Device
from models.nets.detections import Bounds, Detector
from models.nets.detectors import load_detector
from models.nets.tuning import DETECTION_SIDE, QUALITY_MIN, SCORE_THRESHOLD, SMALLEST_FACE_PIXELS
from models.packs.pack import Pack
from models.pictures.picture import Picture
from models.quality.measurement import measure_quality


@dataclass(frozen=True, slots=True)
class AlignedFace:
    """A detection, its chips (one for each crop of the pack) and its quality: all that its
    estimates need."""

    detection: Detection
    chips: Chips
    quality: FaceQuality
    # As the embedder sees it, of a job that asks for people.
    portrait: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True)
class AlignedFaces:
    """The faces of one picture, best score first, and the number of likely faces left out."""

    faces: list[AlignedFace]
    dropped: Dropped = NONE_DROPPED


class Analyzer:
    """Detects faces picture by picture, and estimates their ages and genders many at once."""

    def __init__(self, detector: Detector, panel: Panel, quality_min: float = QUALITY_MIN) -> None:
        """Faces below `quality_min` are not judged."""
        self._detector = detector
        self._panel = panel
        self._quality_min = quality_min

    @property
    def batch_pictures(self) -> int:
        """The number of pictures that `detect` handles best at once."""
        return self._detector.batch_pictures

    def detect(self, pictures: Sequence[Picture], *, crowd: bool = False) -> list[AlignedFaces]:
        """The faces of each picture; the pictures are not needed afterwards.

        With `crowd`, the smallest faces of large pictures are searched for, too.
        """
        detections = self._detector.detect(pictures, crowd=crowd)
        return [
            AlignedFaces(
                [self._align(picture, one) for one in found.faces],
                found.dropped,
            )
            for picture, found in zip(pictures, detections, strict=True)
        ]

    def _align(self, picture: Picture, detection: Detection) -> AlignedFace:
        chips = self._panel.plan.cut(picture, detection)
        return AlignedFace(detection, chips, measure_quality(picture, detection))

    def collect(self, aligned: Sequence[AlignedFace]) -> Iterator[Ballots]:
        """What each estimator makes of the faces, before they vote."""
        return self._panel.collect([face.chips for face in aligned])

    def estimate(self, aligned: Sequence[AlignedFace]) -> list[Face]:
        """Each face with its age and gender, in the same order."""
        estimates = self._panel.estimate([face.chips for face in aligned])
        return [
            Face(
                box=face.detection.box,
                score=face.detection.score,
                landmarks=face.detection.landmarks,
                gender=gender,
                age=age,
                quality=face.quality,
                judged=face.quality.value >= self._quality_min,
            )
            for face, (age, gender) in zip(aligned, estimates, strict=True)
        ]


def load_analyzer(
    weights_dir: Path,
    pack: Pack,
    *,
    device: Device | None = None,
    detection_side: int = DETECTION_SIDE,
    score_threshold: float = SCORE_THRESHOLD,
    smallest_face_pixels: int = SMALLEST_FACE_PIXELS,
    quality_min: float = QUALITY_MIN,
) -> Analyzer:
    """Open the models of `pack` on `device`, once per process and after the fork; by default, on
    what `auto` stands for.

    Raises ModelUnavailable if a file is missing or altered, or the device is not on this machine.
    """
    device = device or Device()
    # Without this, OpenCV would use all cores in each worker process.
    cv2.setNumThreads(device.threads)
    bounds = Bounds(score_threshold, smallest_face_pixels)
    return Analyzer(
        load_detector(weights_dir, pack, bounds, detection_side, device),
        load_panel(weights_dir, pack, device),
        quality_min,
    )
