"""What the detector looks at: a whole picture or a part of it, at a scale."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.nets.candidates import Candidates
from models.nets.yunet import pad_size, scale_size
from models.pictures.picture import Picture
from models.pictures.pyramid import Pyramid

# A box this near to a cut is of a face that may continue beyond it, in pixels of the model's input.
CUT_PIXELS = 4.0


@dataclass(frozen=True, slots=True)
class View:
    """A part of a picture whose longer side is scaled to `side` pixels of the model's input."""

    picture: Pyramid
    side: int
    # The part in pixels of the full picture: its left and top, its width and height.
    corner: tuple[float, float]
    size: tuple[float, float]
    # Whether its left, top, right and bottom edge cut the picture.
    cuts: tuple[bool, bool, bool, bool] = (False, False, False, False)

    def shape(self, multiple: int) -> tuple[int, int]:
        """The width and height of the model's input, padded to a `multiple`."""
        return pad_size(scale_size(self.picture, self.side), multiple)

    @property
    def scale(self) -> NDArray[np.float32]:
        """Pixels of the full picture (2,) across and down to one of the model's input."""
        return np.divide(self.size, scale_size(self.picture, self.side), dtype=np.float32)


def show_whole(picture: Picture, side: int) -> View:
    """The whole picture, its longer side at `side` pixels of the model's input."""
    return View(picture.pyramid, side, (0, 0), (picture.width_pixels, picture.height_pixels))


def show_part(picture: Picture, part: tuple[int, int, int, int], scale: float) -> View:
    """A part (left, top, right, bottom in working pixels), `scale` pixels of the model's input to
    each working pixel."""
    left, top, right, bottom = part
    height, width, _ = picture.rgb.shape
    across, down = picture.width_pixels / width, picture.height_pixels / height
    return View(
        Pyramid(picture.rgb[top:bottom, left:right]),
        max(1, round(max(right - left, bottom - top) * scale)),
        (left * across, top * down),
        ((right - left) * across, (bottom - top) * down),
        (left > 0, top > 0, right < width, bottom < height),
    )


def place(candidates: Candidates, view: View) -> Candidates:
    """The candidates that no edge cuts, moved from pixels of the model's input to pixels of the
    full picture."""
    if any(view.cuts):
        boxes, end = candidates.boxes, scale_size(view.picture, view.side)
        distances = np.concatenate([boxes[:, :2], np.array(end) - boxes[:, 2:]], axis=1)
        cut = ((distances < CUT_PIXELS) & np.array(view.cuts)).any(axis=1)
        candidates = candidates.choose(~cut)
    return candidates.move(view.scale, np.array(view.corner, dtype=np.float32))


def group_views(views: Sequence[View], most: int, multiple: int) -> Iterable[list[int]]:
    """Indices of views that share the shape of the model's input, its sides padded to a `multiple`;
    at most `most` at a time."""
    groups: dict[tuple[int, int], list[int]] = {}
    for index, view in enumerate(views):
        groups.setdefault(view.shape(multiple), []).append(index)
    for members in groups.values():
        for start in range(0, len(members), most):
            yield members[start : start + most]
