"""Whether a face is covered: a mask shows far less detail than a mouth, and dark glasses are far
darker than cheeks. What is compared is of the same face, whatever its light and its skin."""

from dataclasses import dataclass
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
AROUND_EYES = (0.2, 0.37, 0.2, 0.8)
EYES = ((0.22, 0.35, 0.22, 0.4), (0.22, 0.35, 0.6, 0.78))
CHEEKS = (0.38, 0.5, 0.15, 0.85)
# Slopes that noise and compression have anyway, and brightness that is no more than black.
NOISE_SLOPE, BLACK = 2.0, 5.0
# How much detail of that around the eyes a mouth has at least, and how much brightness of that of
# the cheeks eyes have: `make bench-detection` tells how often mouths have less, masked and not.
LEAST_DETAIL, LEAST_BRIGHTNESS = 0.37, 0.5
# A larger face is shrunk to this many sides first, so that all its pixels count.
LARGEST_SIDES = 2.0


@dataclass(frozen=True, slots=True)
class Covering:
    """Which parts of a face seem hidden."""

    eyes: bool = False
    mouth: bool = False


def find_covering(picture: Picture, landmarks: NDArray[np.float32]) -> Covering:
    """What covers the face at `landmarks` (5, 2), in pixels of the full picture."""
    points = landmarks / picture.scale
    corners = np.stack([points[0], points[1], points[3:].mean(axis=0)]).astype(np.float32)
    if abs(float(np.linalg.det(corners[1:] - corners[0]))) < 1.0:
        return Covering()
    gray = _cut_upright(picture.rgb, corners)
    return Covering(eyes=_are_eyes_dark(gray), mouth=_is_mouth_smooth(gray))


def _is_mouth_smooth(gray: NDArray[np.float32]) -> bool:
    across, down = (cv2.Sobel(gray, cv2.CV_32F, *along) for along in ((1, 0), (0, 1)))
    slopes = np.hypot(across, down)
    mouth, eyes = (float(np.median(_take(slopes, *part))) for part in (MOUTH, AROUND_EYES))
    return mouth + NOISE_SLOPE < LEAST_DETAIL * (eyes + NOISE_SLOPE)


def _are_eyes_dark(gray: NDArray[np.float32]) -> bool:
    eyes = float(np.mean([_take(gray, *eye).mean() for eye in EYES]))
    cheeks = float(_take(gray, *CHEEKS).mean())
    return eyes + BLACK < LEAST_BRIGHTNESS * (cheeks + BLACK)


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


def _take(
    values: NDArray[np.float32], top: float, bottom: float, left: float, right: float
) -> NDArray[np.float32]:
    """A part of a square, by shares of its side."""
    rows = slice(round(top * SIDE), round(bottom * SIDE))
    return values[rows, round(left * SIDE) : round(right * SIDE)]
