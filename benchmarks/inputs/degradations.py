"""Ways to make a picture of a face worse: its pixels, its light, its pose, and what covers it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import atan2, cos, degrees, hypot, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]  # (H, W, 3)
GAMMA = 2.2
# Of a small sensor, as shares of its range: photons vary by the square root of their number.
SHOT_NOISE, READ_NOISE = 0.0008, 0.00001
# Half the width, height and depth of a head in distances between its eyes.
HALF_WIDTH, HALF_HEIGHT, HALF_DEPTH = 1.15, 1.7, 1.25

# A medical mask: in distances between the eyes to the right, and from eyes to mouth downwards.
MASK_OUTLINE = (
    (0.0, 0.42), (0.55, 0.54), (1.02, 0.62), (0.85, 1.3), (0.35, 1.75),
    (-0.35, 1.75), (-0.85, 1.3), (-1.02, 0.62), (-0.55, 0.54),
)  # fmt: skip
MASK_FOLDS = (0.75, 1.0, 1.25)
MASK_COLORS = (
    (150, 195, 215),
    (235, 235, 235),
    (35, 35, 38),
    (210, 190, 170),
    (120, 160, 140),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture, the landmarks of the face in it, and a source of chance."""

    rgb: Rgb
    points: NDArray[np.float64]  # (5, 2): right and left eye, nose, right and left mouth corner
    random: np.random.Generator

    @property
    def eye_pixels(self) -> float:
        return hypot(*(self.points[1] - self.points[0]))

    @property
    def roll(self) -> float:
        across, down = self.points[1] - self.points[0]
        return degrees(atan2(down, across))


@dataclass(frozen=True, slots=True)
class Degradation:
    """One way, and how far it goes."""

    kind: str
    level: str
    apply: Callable[[Scene], Rgb]


def shrink(scene: Scene, eye_pixels: float) -> Rgb:
    """The picture reduced to this distance between the eyes, in pixels; never enlarged."""
    factor = eye_pixels / scene.eye_pixels
    if factor >= 1:
        return scene.rgb
    size = tuple(max(1, round(side * factor)) for side in scene.rgb.shape[1::-1])
    return cv2.resize(scene.rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def blur(scene: Scene, share: float) -> Rgb:
    """A Gaussian blur, its standard deviation a share of the distance between the eyes."""
    return cv2.GaussianBlur(scene.rgb, (0, 0), share * scene.eye_pixels).astype(
        np.uint8, copy=False
    )


def shake(scene: Scene, share: float) -> Rgb:
    """A movement to the side while the picture is taken."""
    length = max(3, int(share * scene.eye_pixels) | 1)
    kernel = np.zeros((length, length), dtype=np.float32)
    kernel[length // 2] = 1 / length
    return cv2.filter2D(scene.rgb, -1, kernel).astype(np.uint8, copy=False)


def darken(scene: Scene, share: float) -> Rgb:
    """As taken with a share of the light, with the noise of a sensor."""
    light = (scene.rgb / 255.0) ** GAMMA * share
    noise = scene.random.normal(size=light.shape) * np.sqrt(light * SHOT_NOISE + READ_NOISE)
    values: NDArray[np.float64] = np.clip(light + noise, 0, 1) ** (1 / GAMMA) * 255
    return np.rint(values).astype(np.uint8)


def compress(scene: Scene, quality: int) -> Rgb:
    """As a JPEG of this quality, 1 to 100."""
    _, encoded = cv2.imencode(".jpg", scene.rgb, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    if decoded is None:
        raise ValueError(f"a JPEG of quality {quality} cannot be decoded")
    return decoded.astype(np.uint8, copy=False)


def turn(scene: Scene, yaw: float) -> Rgb:
    """The head as an ellipsoid, turned by `yaw` degrees: a rough picture of it from the side."""
    center, eye = scene.points[[0, 1, 3, 4]].mean(axis=0), scene.eye_pixels
    wide, high, deep = (half * eye for half in (HALF_WIDTH, HALF_HEIGHT, HALF_DEPTH))
    rows, columns = np.indices(scene.rgb.shape[:2]).astype(np.float64)
    x, y = columns - center[0], rows - center[1]
    across, along = cos(radians(yaw)), sin(radians(yaw))
    # Where the ray through each pixel meets the turned ellipsoid, seen from the front.
    square = (along / wide) ** 2 + (across / deep) ** 2
    linear = 2 * x * across * along * (1 / deep**2 - 1 / wide**2)
    constant = (x * across / wide) ** 2 + (x * along / deep) ** 2 - 1 + (y / high) ** 2
    root = linear**2 - 4 * square * constant
    depth = (np.sqrt(np.maximum(root, 0)) - linear) / (2 * square)
    sources = np.where(root > 0, center[0] + x * across - depth * along, columns)
    turned = cv2.remap(
        scene.rgb,
        np.asarray(sources, dtype=np.float32),
        np.asarray(rows, dtype=np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return turned.astype(np.uint8, copy=False)


def cover(scene: Scene, part: str) -> Rgb:
    """A face behind dark `glasses`, a `mask`, or with its `half` hidden."""
    right, left, nose, *mouth = scene.points
    eye, middle = scene.eye_pixels, np.mean(mouth, axis=0)
    covered = scene.rgb.copy()
    if part == "glasses":
        for center in (right, left):
            _fill(covered, center, 0.75 * eye, 0.55 * eye, scene.roll, (25, 20, 20))
    elif part == "mask":
        center = 0.9 * middle + 0.1 * nose
        _fill(covered, center, 1.9 * eye, 1.15 * eye, scene.roll, (215, 195, 170))
    else:
        center = (left + middle) / 2 + 0.5 * (left - right)
        _fill(covered, center, 1.6 * eye, 4 * eye, scene.roll, (60, 90, 40))
    return covered


def wear_mask(scene: Scene) -> Rgb:
    """A face behind a medical mask with folds, in one of a few colors."""
    right, left, _, *mouth = scene.points
    eye = scene.eye_pixels
    across = (left - right) / eye
    down = np.array([-across[1], across[0]])
    middle = (right + left) / 2
    high = max(float((np.mean(mouth, axis=0) - middle) @ down), 0.7 * eye)
    color = MASK_COLORS[int(scene.random.integers(len(MASK_COLORS)))]
    outline = [middle + x * eye * across + y * high * down for x, y in MASK_OUTLINE]
    masked = cv2.fillPoly(scene.rgb.copy(), [np.array(outline, dtype=np.int32)], color)
    for y in MASK_FOLDS:
        ends = [middle + x * eye * across + y * high * down for x in (-0.8, 0.8)]
        start, end = (tuple(np.rint(one).astype(int).tolist()) for one in ends)
        shade = tuple(round(0.85 * value) for value in color)
        cv2.line(masked, start, end, shade, max(1, round(0.03 * eye)))
    return masked.astype(np.uint8, copy=False)


def cut_off(scene: Scene) -> Rgb:
    """The picture up to the middle of the mouth, or to just beyond one eye."""
    right, left, _, *mouth = scene.points
    if scene.random.random() < 0.5:
        last = int(np.mean(mouth, axis=0)[1])
        return np.ascontiguousarray(scene.rgb[: max(1, last)])
    last = int(max(right[0], left[0]) + 0.15 * scene.eye_pixels)
    return np.ascontiguousarray(scene.rgb[:, : max(1, last)])


def _fill(
    rgb: Rgb,
    center: NDArray[np.float64],
    width: float,
    height: float,
    roll: float,
    color: tuple[int, int, int],
) -> None:
    middle = (float(center[0]), float(center[1]))
    corners = cv2.boxPoints((middle, (width, height), roll)).astype(np.int32)
    cv2.fillConvexPoly(rgb, corners, color)


def _list_all() -> Iterator[Degradation]:
    yield Degradation("none", "", lambda scene: scene.rgb)
    for eye_pixels in (40, 30, 22, 16, 12, 9, 7, 5):
        yield Degradation("shrink", f"{eye_pixels} px", partial(shrink, eye_pixels=eye_pixels))
    for share in (0.03, 0.06, 0.1, 0.15, 0.22, 0.3):
        yield Degradation("blur", f"{share:g}", partial(blur, share=share))
    for share in (0.2, 0.4, 0.7):
        yield Degradation("shake", f"{share:g}", partial(shake, share=share))
    for share in (0.25, 0.06, 0.03, 0.015, 0.007):
        yield Degradation("darken", f"{share:g}", partial(darken, share=share))
    for quality in (40, 20, 10, 5):
        yield Degradation("compress", f"{quality}", partial(compress, quality=quality))
    for yaw in (-60, -45, -30, -15, 15, 30, 45, 60):
        yield Degradation("turn", f"{yaw} degrees", partial(turn, yaw=yaw))
    for part in ("glasses", "mask", "half"):
        yield Degradation("cover", part, partial(cover, part=part))


DEGRADATIONS = tuple(_list_all())
