"""Whether a mouth is hidden: a mask shows far less detail than a mouth, compared with the eyes."""

from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from models.pictures.picture import Picture

# Where a face is cut out to: eyes and the middle of the mouth as shares of the side, as in chips.
SIDE = 44
PLACES = np.array([[0.309, 0.283], [0.691, 0.283], [0.5, 0.671]], dtype=np.float32) * SIDE
# The parts that are compared: first and last row and column, as shares of the side.
MOUTH = (0.58, 0.84, 0.3, 0.7)
EYES = (0.2, 0.37, 0.2, 0.8)
# Slopes that noise and compression have anyway.
NOISE_SLOPE = 2.0
# Of 399 faces, 2% have so much less detail in the mouth than in the eyes; of those with a drawn
# mask, 91% have: make bench-detection.
LEAST_DETAIL = 0.4
# A larger face is shrunk to this many of its sides first, so that all its pixels count.
LARGEST_SIDES = 2.0


def hides_mouth(picture: Picture, landmarks: NDArray[np.float32]) -> bool:
    """Whether the face at `landmarks` (5, 2), in pixels of the full picture, shows hardly any
    detail around its mouth."""
    points = landmarks / picture.scale
    corners = np.stack([points[0], points[1], points[3:].mean(axis=0)]).astype(np.float32)
    turn = corners[1:] - corners[0]
    if abs(float(np.linalg.det(turn))) < 1.0:
        return False
    gray = _cut_upright(picture.rgb, corners)
    across, down = (cv2.Sobel(gray, cv2.CV_32F, *along) for along in ((1, 0), (0, 1)))
    slopes = np.hypot(across, down)
    mouth, eyes = (float(np.median(_part(slopes, *part))) for part in (MOUTH, EYES))
    return (mouth + NOISE_SLOPE) / (eyes + NOISE_SLOPE) < LEAST_DETAIL


def _cut_upright(rgb: NDArray[np.uint8], corners: NDArray[np.float32]) -> NDArray[np.float32]:
    """The face as gray pixels (SIDE, SIDE), its eyes and mouth at PLACES."""
    height, width, _ = rgb.shape
    reach = float(np.linalg.norm(corners - corners.mean(axis=0), axis=1).max()) * LARGEST_SIDES
    x, y = corners.mean(axis=0).tolist()
    left, top = (
        min(max(0, floor(middle - reach)), length - 1)
        for middle, length in ((x, width), (y, height))
    )
    region = rgb[top : max(top + 1, ceil(y + reach)), left : max(left + 1, ceil(x + reach))]
    shrinking = min(1.0, LARGEST_SIDES * SIDE / max(region.shape[:2]))
    size = tuple(max(1, round(side * shrinking)) for side in region.shape[1::-1])
    small = cv2.resize(region, size, interpolation=cv2.INTER_AREA)
    scale = np.divide(size, region.shape[1::-1], dtype=np.float32)
    transform = cv2.getAffineTransform((corners - (left, top)).astype(np.float32) * scale, PLACES)
    chip = cv2.warpAffine(small, transform, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    return cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY).astype(np.float32)


def _part(
    slopes: NDArray[np.float32], top: float, bottom: float, left: float, right: float
) -> NDArray[np.float32]:
    """A part of a square, by shares of its side."""
    rows, columns = (
        slice(round(a * SIDE), round(b * SIDE)) for a, b in ((top, bottom), (left, right))
    )
    return slopes[rows, columns]
