"""The face of a picture as a chip, and what the pack in use makes of it."""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from models.estimators.alignment import cut_chip
from models.face import Face
from models.nets.analyzer import Analyzer
from models.packs.parts import Crop
from models.pictures.picture import Picture
from models.prominence import find_most_prominent
from training.faces.rows import PackEstimate


@dataclass(frozen=True, slots=True)
class CutFace:
    """A chip (S, S, 3) RGB, out of how many faces it was chosen, and what is thought of it."""

    chip: NDArray[np.uint8]
    faces: int
    estimate: PackEstimate | None


class Cutter(Protocol):
    """Cuts the labeled face out of a picture."""

    def cut(self, picture: Picture) -> CutFace | None:
        """The face as a chip; None if there is none."""


class WholeCutter:
    """Takes the whole picture as the face."""

    def __init__(self, chip: Crop) -> None:
        self._size = (chip.side, chip.side)

    def cut(self, picture: Picture) -> CutFace:
        chip = cv2.resize(picture.rgb, self._size, interpolation=cv2.INTER_AREA)
        return CutFace(chip.astype(np.uint8, copy=False), faces=1, estimate=None)


class DetectingCutter:
    """Finds the most prominent face and cuts it out upright, as a job does."""

    def __init__(self, analyzer: Analyzer, chip: Crop) -> None:
        self._analyzer = analyzer
        self._crop = chip

    def cut(self, picture: Picture) -> CutFace | None:
        [found] = self._analyzer.detect([picture])
        boxes = [one.detection.box for one in found.faces]
        chosen = find_most_prominent(boxes, picture.width_pixels, picture.height_pixels)
        if chosen is None:
            return None
        [face] = self._analyzer.estimate([found.faces[chosen]])
        points = np.array(face.landmarks, dtype=np.float32) / np.float32(picture.scale)
        chip = cut_chip(picture.rgb, points, self._crop.side, self._crop.zoom)
        return CutFace(chip, len(boxes), _read_estimate(face))


def _read_estimate(face: Face) -> PackEstimate:
    age = face.age
    return PackEstimate(age.years, age.low, age.high, face.gender.female)
