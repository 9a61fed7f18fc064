"""Several crops of one chip, whose answers are averaged, and what of a chip is masked."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.packs.parts import LARGEST_SIDE, Crop, EstimatorPart

# Ten crops are taken from a chip this much larger, as by Levi and Hassner (2015): 227 of 256.
TEN_CROP_GROWTH = 256 / 227

# The ellipse of a face within a chip, as shares of its side: center and half axes.
ELLIPSE_CENTER = (0.5, 0.5)
ELLIPSE_AXES = (0.4, 0.5)


def widen_crop(crop: Crop, averaging: str) -> Crop:
    """The crop that ten crops of the side of `crop` are taken from: it, with a margin around."""
    if averaging != "ten_crop":
        return crop
    side = min(LARGEST_SIDE, round(crop.side * TEN_CROP_GROWTH))
    if crop.kind == "aligned":
        return replace(crop, side=side, zoom=crop.zoom * crop.side / side)
    # Of a box with its padding, half of the growth goes to each side.
    return replace(crop, side=side, padding_share=crop.padding_share + (side / crop.side - 1) / 2)


def take_crops(chips: NDArray[np.uint8], part: EstimatorPart) -> list[NDArray[np.uint8]]:
    """The crops (N, side, side, 3) that `part` looks at, one array for each look."""
    looks = [chips]
    if part.averaging == "ten_crop":
        looks = _take_five(chips, part.crop.side)
    if part.averaging != "none":
        looks += [look[:, :, ::-1] for look in looks]
    return looks


def _take_five(chips: NDArray[np.uint8], side: int) -> list[NDArray[np.uint8]]:
    """The middle and the four corners."""
    edge = chips.shape[1] - side
    starts = [(edge // 2, edge // 2), (0, 0), (0, edge), (edge, 0), (edge, edge)]
    return [chips[:, top : top + side, left : left + side] for top, left in starts]


def make_ellipse(side: int) -> NDArray[np.bool_]:
    """Where a chip (side, side) is face: inside an upright ellipse."""
    mask = np.zeros((side, side), dtype=np.uint8)
    center = (round(ELLIPSE_CENTER[0] * side), round(ELLIPSE_CENTER[1] * side))
    axes = (round(ELLIPSE_AXES[0] * side), round(ELLIPSE_AXES[1] * side))
    cv2.ellipse(mask, center, axes, 0, 0, 360, color=1, thickness=cv2.FILLED)
    return mask.astype(bool)
