"""A second check of unsure faces: statues, drawings, animals and patterns look like a face at one
size, seldom at another one as well.

Each unsure face is cut out, given about 57 pixels in the model's input, and looked at as it is and
with its light spread out, both times mirrored as well. Faces that are covered or turned away look
strange at any size: they are told by narrow boxes, hidden mouths and dark glasses, and are not
checked. Figures: docs/models.md.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.nets.candidates import Candidates
from models.nets.views import View
from models.pictures.picture import Picture
from models.pictures.pyramid import Pyramid
from models.quality.covering import Covering, find_covering

# Surer faces are not checked: of 112 that score more, 3 are not faces.
SURE_SCORE = 0.88
# Neither are faces this near to the edge of the picture, in their sides: it often cuts faces, and
# seldom these things.
EDGE = 0.1
# A box this much higher than wide is of a face of which one side is covered or turned away: of 59
# face-like things, 1 has such a box.
NARROW = 1.45
# As many sides of the face are cut out around its center.
CUT_SIDES = 2.25
CUT_PIXELS = 128
# The mean score of a look and its mirror image that a face has to reach, in either light.
LEAST_SCORE = 0.65
LOOKS = 4
# Light is spread so that these percentiles of the gray values become these values. The range that
# is spread is never less than the least one: noise is not a face.
PERCENTILES, VALUES, LEAST_RANGE = (2, 98), (20.0, 240.0), 8.0
# A face is found again if its center is this near, in sides of the face.
NEAR = 0.5


def needs_check(candidates: Candidates, picture: Picture, threshold: float) -> NDArray[np.bool_]:
    """Which candidates (n,) count as faces, are not sure, are whole, and seem uncovered."""
    sizes = candidates.boxes[:, 2:] - candidates.boxes[:, :2]
    limits = np.array([picture.width_pixels, picture.height_pixels])
    room = np.concatenate([candidates.boxes[:, :2], limits - candidates.boxes[:, 2:]], axis=1)
    whole = room.min(axis=1) > EDGE * candidates.sides
    unsure = (candidates.scores >= threshold) & (candidates.scores < SURE_SCORE)
    mask: NDArray[np.bool_] = unsure & whole & (sizes[:, 1] < NARROW * sizes[:, 0])
    mask[mask] = [
        find_covering(picture, points) == Covering() for points in candidates.landmarks[mask]
    ]
    return mask


def show_again(picture: Picture, candidates: Candidates) -> list[View]:
    """LOOKS views of each candidate, in the middle of a square: as it is and mirrored, then both
    with its light spread out."""
    squares = [_cut_square(picture, box) for box in candidates.boxes]
    return [
        View(Pyramid(rgb), CUT_PIXELS, (0, 0), (CUT_SIDES, CUT_SIDES))
        for square in squares
        for lit in (square, _spread_light(square))
        for rgb in (lit, np.ascontiguousarray(lit[:, ::-1]))
    ]


def find_doubtful(looks: Sequence[Candidates], threshold: float) -> NDArray[np.bool_]:
    """Which faces (n,) are not found again; `looks` (LOOKS n) are at their views."""
    scores = np.array([_score_middle(look) for look in looks]).reshape(-1, LOOKS // 2, 2)
    doubtful: NDArray[np.bool_] = scores.mean(axis=2).max(axis=1) < min(LEAST_SCORE, threshold)
    return doubtful


def _score_middle(look: Candidates) -> float:
    """The best score of a face in the middle; boxes are in sides of the face that was cut out."""
    centers = (look.boxes[:, :2] + look.boxes[:, 2:]) / 2
    near = (np.abs(centers - CUT_SIDES / 2) < NEAR).all(axis=1)
    return float(look.scores[near].max(initial=0.0))


def _cut_square(picture: Picture, box: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A square (S, S, 3) of working pixels around a face, black beyond the edges of the picture."""
    height, width, _ = picture.rgb.shape
    to_working = np.array([width / picture.width_pixels, height / picture.height_pixels])
    corners = box.reshape(2, 2) * to_working
    side = max(1, round(CUT_SIDES * float((corners[1] - corners[0]).max())))
    left, top = np.rint(corners.mean(axis=0) - side / 2).astype(int).tolist()
    square = np.zeros((side, side, 3), np.uint8)
    inside = picture.rgb[max(0, top) : max(0, top + side), max(0, left) : max(0, left + side)]
    down, across = max(0, -top), max(0, -left)
    square[down : down + inside.shape[0], across : across + inside.shape[1]] = inside
    return square


def _spread_light(square: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A square with its darkest pixels dark and its brightest ones bright."""
    gray = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY)
    low, high = np.percentile(gray, PERCENTILES)
    spread = (VALUES[1] - VALUES[0]) / max(LEAST_RANGE, float(high - low))
    lit = (square.astype(np.float32) - np.float32(low)) * np.float32(spread) + VALUES[0]
    return lit.clip(0, 255).astype(np.uint8)
