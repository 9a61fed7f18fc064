"""Where one shot ends and the next begins, told from small signatures of the sampled frames.

At a cut both the colors of a frame and its outlines become others; where a lamp, a flash or the
exposure changes, only its colors do.
"""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.face import Box
from models.pictures.picture import Picture

# Hue, saturation and brightness in so many steps each, counted over every so-manieth pixel, such
# that this many are left along the longer side: counts need no more, and a frame no more time.
HISTOGRAM_STEPS = (8, 4, 4)
HISTOGRAM_BYTES = math.prod(HISTOGRAM_STEPS)
SIDE_PIXELS = 160
# The same frame as so many gray fields, rows and columns; 0 is one that a person covers.
FIELDS = (18, 32)
COVERED = 0
# In sides of a face, to all sides of it: what moves with it.
PERSON_MARGIN = 1.0
# Over pairs of frames half a second apart of a 9-second clip of a concert with three cuts, the
# pairs within a shot (a moving camera, people who gesture) reach 0.20, those over a cut begin at
# 0.38.
CUT_DISTANCE = 0.30
# How alike the outlines of two frames are where only their light is another: in clips whose lamps
# change color, flash or fade 0.6 and more, over cuts 0.4 at most.
LIKENESS = 0.5
# Fields that differ by less, or of which fewer can be compared, tell nothing.
LEAST_CONTRAST = 3.0
LEAST_FIELDS = 100
# A frame of which so much, in percent, is beyond one of these is black, or blinded by a flash.
NEARLY_ALL = 98
DARKEST, BRIGHTEST = 16, 235


def sign_frame(picture: Picture, people: Sequence[Box] = ()) -> bytes:
    """A frame as 704 bytes: how often each color occurs, and its outlines where nobody is."""
    step = max(1, max(picture.rgb.shape[:2]) // SIDE_PIXELS)
    small = np.ascontiguousarray(picture.rgb[::step, ::step])
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    ranges = [0, 180, 0, 256, 0, 256]
    counts = cv2.calcHist([hsv], [0, 1, 2], None, list(HISTOGRAM_STEPS), ranges).ravel()
    # The roots of the shares, as the distance wants them.
    roots: NDArray[np.uint8] = (np.sqrt(counts / counts.sum()) * 255).round().astype(np.uint8)
    return roots.tobytes() + _draw_outlines(small, picture, people).tobytes()


def _draw_outlines(
    small: NDArray[np.uint8], picture: Picture, people: Sequence[Box]
) -> NDArray[np.uint8]:
    """The fields of a frame, from 1 (black) to 255."""
    rows, columns = FIELDS
    gray = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    small_gray = cv2.resize(gray, (columns, rows), interpolation=cv2.INTER_AREA)
    fields: NDArray[np.uint8] = np.maximum(small_gray, COVERED + 1).astype(np.uint8)
    down, across = rows / picture.height_pixels, columns / picture.width_pixels
    for box in people:
        margin = PERSON_MARGIN * max(box.width, box.height)
        top, bottom = (box.y - margin) * down, (box.y + box.height + margin) * down
        left, right = (box.x - margin) * across, (box.x + box.width + margin) * across
        fields[max(0, int(top)) : math.ceil(bottom), max(0, int(left)) : math.ceil(right)] = COVERED
    return fields


def is_blind(signature: bytes) -> bool:
    """Whether a frame is black, or white, where nobody is: it tells nothing of its shot."""
    fields = np.frombuffer(signature, np.uint8, offset=HISTOGRAM_BYTES)
    seen = fields[fields != COVERED]
    if not len(seen):
        return False
    low, high = np.percentile(seen, (100 - NEARLY_ALL, NEARLY_ALL))
    return bool(high < DARKEST or low > BRIGHTEST)


def measure_change(before: bytes, after: bytes) -> float:
    """Hellinger's distance of two frames' colors, from 0 (alike) to 1."""
    first, second = (
        np.frombuffer(one, np.uint8, HISTOGRAM_BYTES).astype(np.float64) for one in (before, after)
    )
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return math.sqrt(max(0.0, 1.0 - float(first @ second) / lengths))


def measure_likeness(before: bytes, after: bytes) -> float:
    """How alike the outlines of two frames are, up to 1; 0 where too little can be compared."""
    first, second = (
        np.frombuffer(one, np.uint8, offset=HISTOGRAM_BYTES).reshape(FIELDS).astype(np.float64)
        for one in (before, after)
    )
    is_seen = (first != COVERED) & (second != COVERED)
    whole = _correlate(first[is_seen], second[is_seen])
    return max(whole, _compare_edges(first, second, is_seen)) if whole else 0.0


def _compare_edges(
    first: NDArray[np.float64], second: NDArray[np.float64], is_seen: NDArray[np.bool_]
) -> float:
    """By how much neighbors differ, whichever is the brighter: a lamp may turn that round."""
    edges: list[list[NDArray[np.float64]]] = [[], []]
    for axis in (0, 1):
        before, after = (np.delete(is_seen, at, axis) for at in (-1, 0))
        for some, fields in zip(edges, (first, second), strict=True):
            some.append(np.log1p(np.abs(np.diff(fields, axis=axis)))[before & after])
    return _correlate(np.concatenate(edges[0]), np.concatenate(edges[1]), least_contrast=0.0)


def _correlate(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    least_contrast: float = LEAST_CONTRAST,
) -> float:
    if len(first) < LEAST_FIELDS or min(first.std(), second.std()) <= least_contrast:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def is_cut(before: bytes, after: bytes) -> bool:
    """Whether a shot ends between two frames that follow each other."""
    if measure_change(before, after) <= CUT_DISTANCE:
        return False
    return measure_likeness(before, after) < LIKENESS
