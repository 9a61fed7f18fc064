"""Several looks at one chip, whose answers are averaged, and what of a chip is masked."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.packs.parts import LARGEST_SIDE, Crop, EstimatorPart

# Ten crops are taken from a chip this much larger, as by Levi and Hassner (2015): 227 of 256.
TEN_CROP_GROWTH = 256 / 227
# Looks of two sizes show the face this much larger and smaller than the chip.
SIZE_STEP = 1.05

# The ellipse of a face within a chip, as shares of its side: center and half axes.
ELLIPSE_CENTER = (0.5, 0.5)
ELLIPSE_AXES = (0.4, 0.5)

Chips = NDArray[np.uint8]


def widen_crop(crop: Crop, averaging: str) -> Crop:
    """The crop that all looks at `crop` are taken from: it, with a margin around."""
    if averaging == "ten_crop":
        return _grow(crop, TEN_CROP_GROWTH, enlarged=1.0)
    if averaging in ("sizes", "mirrored_sizes"):
        return _grow(crop, SIZE_STEP**2, enlarged=SIZE_STEP)
    return crop


def _grow(crop: Crop, growth: float, enlarged: float) -> Crop:
    """`crop` with `growth` times the side, and the face `enlarged` in it."""
    side = min(LARGEST_SIDE, round(crop.side * growth))
    if crop.kind == "aligned":
        scale = crop.side / side
        return replace(
            crop, side=side, zoom=crop.zoom * enlarged * scale, down=crop.down * enlarged * scale
        )
    # Of a box with its padding, half of the growth goes to each side.
    more = (side / crop.side / enlarged - 1) / 2
    return replace(crop, side=side, padding_share=crop.padding_share + more)


def take_looks(chips: Chips, part: EstimatorPart) -> list[Chips]:
    """What `part` looks at, (N, side, side, 3) each, of `chips` cut as `widen_crop` says."""
    side = part.crop.side
    if part.averaging == "ten_crop":
        crops = _take_five(chips, side)
        return crops + [_mirror(crop) for crop in crops]
    if part.averaging == "sizes":
        return [_take_middle(chips, side), _mirror(_shrink(chips, side))]
    if part.averaging == "mirrored_sizes":
        sizes = [_take_middle(chips, side), _shrink(chips, side)]
        return sizes + [_mirror(one) for one in sizes]
    return [chips, _mirror(chips)] if part.averaging == "mirror" else [chips]


def _take_five(chips: Chips, side: int) -> list[Chips]:
    """The middle and the four corners."""
    edge = chips.shape[1] - side
    starts = [(0, 0), (0, edge), (edge, 0), (edge, edge)]
    corners = [chips[:, top : top + side, left : left + side] for top, left in starts]
    return [_take_middle(chips, side), *corners]


def _take_middle(chips: Chips, side: int) -> Chips:
    start = (chips.shape[1] - side) // 2
    return chips[:, start : start + side, start : start + side]


def _shrink(chips: Chips, side: int) -> Chips:
    shrunk = [cv2.resize(chip, (side, side), interpolation=cv2.INTER_AREA) for chip in chips]
    return np.array(shrunk, dtype=np.uint8).reshape(-1, side, side, 3)


def _mirror(chips: Chips) -> Chips:
    return chips[:, :, ::-1]


def make_ellipse(side: int) -> NDArray[np.bool_]:
    """Where a chip (side, side) is face: inside an upright ellipse."""
    mask = np.zeros((side, side), dtype=np.uint8)
    center = (round(ELLIPSE_CENTER[0] * side), round(ELLIPSE_CENTER[1] * side))
    axes = (round(ELLIPSE_AXES[0] * side), round(ELLIPSE_AXES[1] * side))
    cv2.ellipse(mask, center, axes, 0, 0, 360, color=1, thickness=cv2.FILLED)
    return mask.astype(bool)
