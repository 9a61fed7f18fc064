"""A detection to the chips of all estimators of a pack."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.estimators.alignment import cut_chip
from models.estimators.averaging import widen_crop
from models.face import Detection
from models.packs.parts import Crop, EstimatorPart
from models.pictures.picture import Picture

Chips = tuple[NDArray[np.uint8], ...]  # each (side, side, 3) RGB


@dataclass(frozen=True, slots=True)
class ChipPlan:
    """The crops that are cut from each face, and which of them each estimator gets.

    Crops that differ only in their side are cut once, at the largest, and shrunk.
    """

    crops: tuple[Crop, ...]
    sources: tuple[int, ...]  # of each estimator, the index of its crop
    sides: tuple[int, ...]  # of each estimator

    def cut(self, picture: Picture, detection: Detection) -> Chips:
        """The face as each of the crops."""
        return tuple(_cut(picture, detection, crop) for crop in self.crops)

    def gather(self, faces: Sequence[Chips], estimator: int) -> NDArray[np.uint8]:
        """The chips (N, side, side, 3) of that estimator."""
        source, side = self.sources[estimator], self.sides[estimator]
        chips = np.empty((len(faces), side, side, 3), dtype=np.uint8)
        for row, face in zip(chips, faces, strict=True):
            chip = face[source]
            row[:] = chip if len(chip) == side else _shrink(chip, side)
        return chips


def plan_chips(parts: Sequence[EstimatorPart]) -> ChipPlan:
    """The fewest crops that all `parts` can be given chips from."""
    wanted = [widen_crop(part.crop, part.averaging) for part in parts]
    largest: dict[Crop, int] = {}
    for crop in wanted:
        alike = replace(crop, side=_ANY_SIDE)
        largest[alike] = max(crop.side, largest.get(alike, 0))
    kinds = list(largest)
    return ChipPlan(
        crops=tuple(replace(alike, side=side) for alike, side in largest.items()),
        sources=tuple(kinds.index(replace(crop, side=_ANY_SIDE)) for crop in wanted),
        sides=tuple(crop.side for crop in wanted),
    )


# Makes crops equal that differ in their side only.
_ANY_SIDE = 8


def _cut(picture: Picture, detection: Detection, crop: Crop) -> NDArray[np.uint8]:
    height, width, _ = picture.rgb.shape
    to_working = np.array([width / picture.width_pixels, height / picture.height_pixels])
    if crop.kind == "box":
        return _cut_box(picture.rgb, detection, crop, to_working)
    points = np.array(detection.landmarks, dtype=np.float32) * to_working.astype(np.float32)
    return cut_chip(picture.rgb, points, crop.side, crop.zoom, crop.down)


def _cut_box(
    rgb: NDArray[np.uint8], detection: Detection, crop: Crop, to_working: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """The padded box, clipped to the picture and stretched to a square."""
    box = detection.box
    padding = crop.padding_pixels + crop.padding_share * max(box.width, box.height)
    corners = np.array(
        [
            [box.x - padding, box.y - padding],
            [box.x + box.width + padding, box.y + box.height + padding],
        ]
    )
    height, width, _ = rgb.shape
    corners = np.rint(corners * to_working).astype(int).clip((0, 0), (width, height))
    (left, top), (right, bottom) = corners.tolist()
    left, top = min(left, width - 1), min(top, height - 1)
    region = rgb[top : max(bottom, top + 1), left : max(right, left + 1)]
    # Area filtering averages where it shrinks, and interpolates like bilinear where it enlarges.
    shrinks = region.shape[0] > crop.side and region.shape[1] > crop.side
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    chip = cv2.resize(region, (crop.side, crop.side), interpolation=method)
    return chip.astype(np.uint8, copy=False)


def _shrink(chip: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    shrunk = cv2.resize(chip, (side, side), interpolation=cv2.INTER_AREA)
    return shrunk.astype(np.uint8, copy=False)
