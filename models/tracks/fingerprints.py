"""A frame as a few hundred bytes, by which two frames are compared: its colors and its outlines."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.face import Box
from models.pictures.picture import Picture

# Numbers of histogram bins for hue, saturation and value. Frames are subsampled to about
# SIDE_PIXELS along the longer side first: more pixels do not change the histogram and cost time.
HISTOGRAM_BINS = (8, 4, 4)
HISTOGRAM_BYTES = math.prod(HISTOGRAM_BINS)
SIDE_PIXELS = 160
# Rows and columns of gray fields that hold the outlines; 0 is a field that a person covers.
FIELDS = (18, 32)
COVERED = 0
# How far around a face the person is taken to move with it, in sides of the face.
PERSON_MARGIN = 1.0
# A frame is black, or blinded by a flash, if this share of it, in percent, is beyond a bound.
NEARLY_ALL = 98
DARKEST = 16
BRIGHTEST = 235


def fingerprint_frame(picture: Picture, people: Sequence[Box] = ()) -> bytes:
    """The fingerprint of a frame, 704 bytes: its color histogram, and its outlines without
    people."""
    stride = max(1, max(picture.rgb.shape[:2]) // SIDE_PIXELS)
    small = np.ascontiguousarray(picture.rgb[::stride, ::stride])
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    ranges = [0, 180, 0, 256, 0, 256]
    counts = cv2.calcHist([hsv], [0, 1, 2], None, list(HISTOGRAM_BINS), ranges).ravel()
    # Roots of the shares, from which Hellinger's distance is computed.
    roots: NDArray[np.uint8] = (np.sqrt(counts / counts.sum()) * 255).round().astype(np.uint8)
    return roots.tobytes() + _draw_outlines(small, picture, people).tobytes()


def _draw_outlines(
    small: NDArray[np.uint8], picture: Picture, people: Sequence[Box]
) -> NDArray[np.uint8]:
    """Gray fields (18, 32) from 1 (black) to 255; COVERED where people are."""
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


def is_blank(fingerprint: bytes) -> bool:
    """Whether a frame is black or white apart from people, so that its shot cannot be known."""
    fields = np.frombuffer(fingerprint, np.uint8, offset=HISTOGRAM_BYTES)
    uncovered = fields[fields != COVERED]
    if not len(uncovered):
        return False
    low, high = np.percentile(uncovered, (100 - NEARLY_ALL, NEARLY_ALL))
    return bool(high < DARKEST or low > BRIGHTEST)
