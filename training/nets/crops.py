"""Chips to the crops that a net sees: drawn ones to train on, the middle one to measure on."""

import numpy as np
from numpy.typing import NDArray

Chips = NDArray[np.uint8]


def draw_crops(chips: Chips, side: int, random: np.random.Generator) -> Chips:
    """A crop (N, side, side, 3) of each of `chips` (N, S, S, 3) anywhere in it; half of them
    mirrored."""
    room = chips.shape[1] - side
    places = random.integers(0, room + 1, (len(chips), 2))
    mirrored = random.random(len(chips)) < 0.5
    crops = np.empty((len(chips), side, side, 3), dtype=np.uint8)
    for number, ((top, left), flip) in enumerate(zip(places, mirrored, strict=True)):
        crop = chips[number, top : top + side, left : left + side]
        crops[number] = crop[:, ::-1] if flip else crop
    return crops


def center_crops(chips: Chips, side: int) -> Chips:
    """The middle (N, side, side, 3) of each of `chips` (N, S, S, 3)."""
    start = (chips.shape[1] - side) // 2
    return chips[:, start : start + side, start : start + side]
