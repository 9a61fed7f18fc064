"""The landmarks of a face to an upright chip."""

import cv2
import numpy as np
from numpy.typing import NDArray

# The eyes, nose and corners of the mouth in a chip, as shares of its side: the mean over 683 faces
# of YuNet's landmarks in dlib's own chips (padding 0.25).
TEMPLATE = np.array(
    [[0.309, 0.283], [0.691, 0.283], [0.5, 0.516], [0.336, 0.671], [0.664, 0.671]],
    dtype=np.float64,
)

# The weight of each point. The nose is in front of the plane of the others and moves sideways as
# the head turns: at full weight it shifts a face in half profile (8 years off dlib's own chip, now
# 1).
POINT_WEIGHTS = np.array([1.0, 1.0, 0.3, 1.0, 1.0])

# A chip with a smaller side is cut at twice the side and averaged down. Interpolated at once, it
# shows too few pixels of the picture: of 800 genders by a chip of 32 pixels, 4 more were wrong.
SMALL_SIDE = 64

# Below this mean square distance in pixels, points coincide.
LEAST_SPREAD = 1e-6

# Pixels around the part of the picture that a chip is cut from, for interpolation.
MARGIN_PIXELS = 2


def cut_chip(
    rgb: NDArray[np.uint8],
    landmarks: NDArray[np.float32],
    side: int,
    zoom: float = 1.0,
    down: float = 0.0,
) -> NDArray[np.uint8]:
    """The face at `landmarks` (5, 2: x, y in pixels of `rgb`) as (side, side, 3) RGB, enlarged by
    `zoom` about the middle of the chip, then moved down by `down` of its side.

    Beyond the edge of the picture, its outermost pixels are repeated.
    """
    if side < SMALL_SIDE:
        twice = cut_chip(rgb, landmarks, 2 * side, zoom, down)
        return cv2.resize(twice, (side, side), interpolation=cv2.INTER_AREA).astype(
            np.uint8, copy=False
        )
    targets = ((TEMPLATE - 0.5) * zoom + (0.5, 0.5 + down)) * side
    return align_face(rgb, landmarks, side, targets, POINT_WEIGHTS)


def align_face(
    rgb: NDArray[np.uint8],
    landmarks: NDArray[np.float32],
    side: int,
    targets: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> NDArray[np.uint8]:
    """The face as (side, side, 3) RGB, with its landmarks nearest to `targets` (5, 2)."""
    transform = fit_similarity(landmarks.astype(np.float64), targets, weights)
    region, transform = _shrink_region(rgb, transform, side)
    chip = cv2.warpAffine(
        region, transform, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return chip.astype(np.uint8, copy=False)


def fit_similarity(
    points: NDArray[np.float64], targets: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The rotation, scale and shift (2, 3) that bring `points` (n, 2) nearest to `targets` (n, 2).

    Weighted least squares in closed form; `weights` (n,). Points that all coincide give a shift
    only.
    """
    shares = weights / weights.sum()
    middle, target_middle = shares @ points, shares @ targets
    x, y = (points - middle).T
    u, v = (targets - target_middle).T
    spread = float(shares @ (x * x + y * y))
    along, across = 1.0, 0.0
    if spread > LEAST_SPREAD:
        along = float(shares @ (x * u + y * v)) / spread
        across = float(shares @ (x * v - y * u)) / spread
    turn = np.array([[along, -across], [across, along]])
    return np.column_stack([turn, target_middle - turn @ middle])


def _shrink_region(
    rgb: NDArray[np.uint8], transform: NDArray[np.float64], side: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The part of `rgb` that a chip is cut from, shrunk to about its scale, and its own transform.

    Warping reads four pixels for each it writes: a large face has to be averaged down first.
    """
    left, top, right, bottom = _bound_chip(transform, side, rgb.shape[1], rgb.shape[0])
    region = rgb[top:bottom, left:right]
    moved = transform.copy()
    moved[:, 2] += transform[:, :2] @ (left, top)
    scale = float(np.hypot(transform[0, 0], transform[1, 0]))
    if scale >= 0.5:
        return region, moved
    width, height = (max(1, round(length * scale)) for length in (right - left, bottom - top))
    shrunk = cv2.resize(region, (width, height), interpolation=cv2.INTER_AREA)
    return shrunk.astype(np.uint8, copy=False), _stretch(
        moved, (right - left) / width, (bottom - top) / height
    )


def _bound_chip(
    transform: NDArray[np.float64], side: int, width: int, height: int
) -> tuple[int, int, int, int]:
    """The left, top, right and bottom of the chip in the picture, clipped to at least one pixel."""
    corners = np.array([[0, 0], [side, 0], [0, side], [side, side]], dtype=np.float64)
    points = np.linalg.solve(transform[:, :2], (corners - transform[:, 2]).T).T
    left, top = np.floor(points.min(axis=0)).astype(int) - MARGIN_PIXELS
    right, bottom = np.ceil(points.max(axis=0)).astype(int) + MARGIN_PIXELS
    left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    return left, top, max(left + 1, min(right, width)), max(top + 1, min(bottom, height))


def _stretch(transform: NDArray[np.float64], across: float, down: float) -> NDArray[np.float64]:
    """`transform` for pixels `across` times as wide and `down` times as high."""
    stretched = transform.copy()
    # The center of pixel i of the shrunk region lies at (i + 0.5) * stretch - 0.5 of the large one.
    offset = np.array([across / 2 - 0.5, down / 2 - 0.5])
    stretched[:, :2] = transform[:, :2] * (across, down)
    stretched[:, 2] = transform[:, 2] + transform[:, :2] @ offset
    return stretched
