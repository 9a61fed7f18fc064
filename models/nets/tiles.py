"""A large picture to overlapping tiles, for the small faces of panoramas and crowds."""

from collections.abc import Iterator
from math import ceil

import numpy as np

from models.nets.views import View, show_part
from models.pictures.picture import Picture

# In pixels of the model's input. Any face that is smaller than the overlap is whole in some tile;
# larger ones are as large in a coarser look as the model finds well.
TILE_SIDE = 640
OVERLAP = 80
# Bounds the time of a picture.
MOST_TILES = 64
# The finest tiles show the picture as it was decoded, the next ones half as large, and so on as
# long as they are larger than the look at the whole picture by this factor.
LEAST_STEP = 1.4
# By how much all tiles are made coarser until there are few enough.
COARSER = 0.9

Part = tuple[int, int, int, int]  # left, top, right, bottom in working pixels


def cut_tiles(picture: Picture, whole_side: int) -> list[View]:
    """Tiles of each scale that is larger than a look at the whole at `whole_side` pixels."""
    height, width, _ = picture.rgb.shape
    finest = 1.0
    while True:
        scales = _choose_scales(max(width, height), whole_side, finest)
        parts = [(part, scale) for scale in scales for part in _divide(width, height, scale)]
        if len(parts) <= MOST_TILES:
            return [show_part(picture, part, scale) for part, scale in parts]
        finest *= COARSER


def _choose_scales(longest: int, whole_side: int, finest: float) -> Iterator[float]:
    scale = finest
    while longest * scale >= whole_side * LEAST_STEP:
        yield scale
        scale /= 2


def _divide(width: int, height: int, scale: float) -> Iterator[Part]:
    for top, bottom in _divide_length(height, scale):
        for left, right in _divide_length(width, scale):
            yield left, top, right, bottom


def _divide_length(length: int, scale: float) -> list[tuple[int, int]]:
    """The fewest tiles along a side, evenly spread: where each begins and ends."""
    side, overlap = TILE_SIDE / scale, OVERLAP / scale
    if length <= side:
        return [(0, length)]
    count = ceil((length - overlap) / (side - overlap))
    starts = np.rint(np.linspace(0, length - side, count)).astype(int).tolist()
    return [(start, min(length, start + round(side))) for start in starts]
