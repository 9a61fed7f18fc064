"""Pictures that lie on their side or head, without metadata that say so: their faces show it.

YuNet finds many turned faces, less surely, and sets their landmarks as if they were upright. So
the score tells, not the landmarks: a picture without a sure face is looked at turned, and lies if a
face is found more surely then. A masked face on its head looks like one with a cap: without a
mouth, it does not turn a picture.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.nets.candidates import Candidates
from models.nets.views import View, show_whole
from models.nets.yunet import scale
from models.pictures.picture import Picture
from models.quality.covering import find_covering

# Quarter turns counterclockwise that are tried.
TURNS = (1, 2, 3)
# A picture with a face that scores this much is upright.
UPRIGHT_SCORE = 0.85
# Once turned, a picture that lies has a sure face.
SURE_SCORE = 0.87
# How much surer the surest face has to be for a picture to be taken as turned.
LEAST_GAIN = 0.05
# For a first impression, half the side is enough; the whole search decides.
TURNED_SHARE = 0.5
LEAST_SCORE = 0.6


def may_lie(found: Candidates) -> bool:
    """Whether there are likely faces, but no sure upright one."""
    return 0.0 < best_score(found) < UPRIGHT_SCORE


def show_turned(picture: Picture, side: int) -> list[View]:
    """The whole picture after each of TURNS, its longer side at a share of `side` pixels."""
    small = scale(picture.pyramid, round(side * TURNED_SHARE))
    reduced = Picture(small, picture.width_pixels, picture.height_pixels)
    return [show_whole(turn_picture(reduced, turns), max(small.shape)) for turns in TURNS]


def choose_turns(found: Candidates, looks: Sequence[Candidates]) -> int:
    """The quarter turns that may make a picture upright, or 0: from what was `found` in it as it
    is, and after each of TURNS."""
    scores = [best_score(look) for look in looks]
    best = int(np.argmax(scores))
    surer = scores[best] >= LEAST_SCORE and scores[best] > best_score(found)
    return TURNS[best] if surer else 0


def is_upright(picture: Picture, turned: Candidates, found: Candidates) -> bool:
    """Whether the turned `picture`, in which `turned` was found, is upright, not that in which
    `found` was."""
    if best_score(turned) < max(SURE_SCORE, best_score(found) + LEAST_GAIN):
        return False
    return not find_covering(picture, turned.landmarks[int(turned.scores.argmax())]).mouth


def best_score(found: Candidates) -> float:
    """The score of the surest face, 0 if there is none."""
    return float(found.scores.max(initial=0.0))


def turn_picture(picture: Picture, turns: int) -> Picture:
    """The picture after `turns` quarter turns counterclockwise."""
    size = (picture.width_pixels, picture.height_pixels)
    width, height = size if turns % 2 == 0 else size[::-1]
    return Picture(np.ascontiguousarray(np.rot90(picture.rgb, turns)), width, height)


def turn_back(candidates: Candidates, turns: int, limits: tuple[int, int]) -> Candidates:
    """Candidates of a picture after `turns`, in pixels of the picture before them, of width and
    height `limits`."""
    corners = _turn_points(candidates.boxes.reshape(-1, 2, 2), turns, limits)
    boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    # Landmarks are pixels by their numbers, boxes are the edges between pixels.
    last = (limits[0] - 1, limits[1] - 1)
    return Candidates(boxes, candidates.scores, _turn_points(candidates.landmarks, turns, last))


def _turn_points(
    points: NDArray[np.float32], turns: int, limits: tuple[int, int]
) -> NDArray[np.float32]:
    """Points (..., 2) of a picture after `turns` as points before them; `limits` are the largest
    values of both."""
    width, height = limits
    x, y = points[..., 0], points[..., 1]
    before = ((x, y), (width - y, x), (width - x, height - y), (y, height - x))
    return np.stack(before[turns], axis=-1)
