"""Pictures to measure detection with: small faces with known boxes, and patterns without faces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.face import Box, Detection
from models.pictures.picture import Picture

Rgb: TypeAlias = NDArray[np.uint8]

SCENE_PIXELS = (1920, 1280)
FACES_PER_SCENE = 12
# How much of its surroundings a face brings along, as a share of its box on each side.
MARGIN = 0.4
PATTERN_PIXELS = (800, 600)


@dataclass(frozen=True, slots=True)
class FaceCut:
    """A face with a margin around it, and its box inside this part of its picture."""

    rgb: Rgb  # (H, W, 3)
    box: Box


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture with the boxes of its faces."""

    picture: Picture
    boxes: tuple[Box, ...]


def cut_face(picture: Picture, face: Detection) -> FaceCut:
    """A face of a picture that was not reduced."""
    box = face.box
    across, down = round(box.width * MARGIN), round(box.height * MARGIN)
    left, top = max(0, box.x - across), max(0, box.y - down)
    rgb = picture.rgb[top : box.y + box.height + down, left : box.x + box.width + across]
    return FaceCut(rgb, Box(box.x - left, box.y - top, box.width, box.height))


def make_scenes(
    faces: Sequence[FaceCut], sides_pixels: tuple[int, int], seed: int
) -> Iterator[Scene]:
    """Scenes of faces on patterns, each face in one of them, with shorter sides between two; small
    ones are more frequent, as in a crowd."""
    random = np.random.default_rng(seed)
    for first in range(0, len(faces), FACES_PER_SCENE):
        yield _make_scene(faces[first : first + FACES_PER_SCENE], sides_pixels, random)


def make_patterns(count: int, seed: int) -> Iterator[Picture]:
    """Pictures without faces, of textures and shapes that may look like some."""
    random = np.random.default_rng(seed)
    makers = (_draw_clouds, _draw_stripes, _draw_checks, _draw_dots, _draw_masks, _draw_leaves)
    for number in range(count):
        rgb = makers[number % len(makers)](*PATTERN_PIXELS, random)
        yield Picture(rgb, *PATTERN_PIXELS)


def _make_scene(
    faces: Sequence[FaceCut], sides_pixels: tuple[int, int], random: np.random.Generator
) -> Scene:
    """Each face lies somewhere in a field of its own."""
    width, height = SCENE_PIXELS
    rgb = _draw_clouds(width, height, random)
    columns, rows = 4, FACES_PER_SCENE // 4
    across, down = width // columns, height // rows
    boxes = []
    for field, face in enumerate(faces):
        side = np.exp(random.uniform(*np.log(sides_pixels)))
        # Also the longer side of what is cut out stays inside the field.
        room = min((across - 1) / face.rgb.shape[1], (down - 1) / face.rgb.shape[0])
        scale = min(room, side / min(face.box.width, face.box.height))
        size = [max(1, round(length * scale)) for length in face.rgb.shape[1::-1]]
        small = cv2.resize(face.rgb, size, interpolation=cv2.INTER_AREA)
        left = field % columns * across + int(random.integers(0, across - size[0]))
        top = field // columns * down + int(random.integers(0, down - size[1]))
        rgb[top : top + size[1], left : left + size[0]] = small
        x, y, box_width, box_height = (
            round(length * scale)
            for length in (face.box.x, face.box.y, face.box.width, face.box.height)
        )
        boxes.append(Box(left + x, top + y, max(1, box_width), max(1, box_height)))
    return Scene(Picture(rgb, width, height), tuple(boxes))


def _draw_clouds(width: int, height: int, random: np.random.Generator) -> Rgb:
    """Noise of several scales, as in foliage, stone or fabric."""
    sums = np.zeros((height, width, 3), np.float32)
    for cells in (4, 16, 64, 256):
        noise = random.normal(0, 1, (cells, cells, 3)).astype(np.float32)
        sums += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return (128 + 30 * sums).clip(0, 255).astype(np.uint8)


def _draw_stripes(width: int, height: int, random: np.random.Generator) -> Rgb:
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = np.zeros((height, width), np.float32)
    for _ in range(3):
        right, down = random.normal(0, 0.1, 2)
        waves += np.sin(columns * right + rows * down)
    colors = random.uniform(20, 40, 3).astype(np.float32)
    return (128 + waves[..., np.newaxis] * colors).clip(0, 255).astype(np.uint8)


def _draw_checks(width: int, height: int, random: np.random.Generator) -> Rgb:
    side = int(random.integers(8, 60))
    rows, columns = np.mgrid[0:height, 0:width] // side
    dark, light = random.integers(0, 256, (2, 3))
    checks = np.where(((rows + columns) % 2)[..., np.newaxis], dark, light).astype(np.float32)
    noisy: Rgb = (checks + random.normal(0, 8, checks.shape)).clip(0, 255).astype(np.uint8)
    return noisy


def _draw_dots(width: int, height: int, random: np.random.Generator) -> Rgb:
    rgb = _draw_clouds(width, height, random)
    for _ in range(80):
        center = [int(random.integers(0, length)) for length in (width, height)]
        cv2.circle(rgb, center, int(random.integers(4, 60)), _choose_color(random), -1)
    return cv2.GaussianBlur(rgb, (0, 0), float(random.uniform(0.5, 4))).astype(np.uint8)


def _draw_masks(width: int, height: int, random: np.random.Generator) -> Rgb:
    """Discs with two eyes, a nose and a mouth: faces as a child draws them."""
    rgb = _draw_clouds(width, height, random)
    for _ in range(8):
        side = int(random.integers(30, 120))
        x, y = (int(random.integers(side, length - side)) for length in (width, height))
        skin, feature = _choose_color(random), _choose_color(random)
        cv2.ellipse(rgb, (x, y), (side // 2, int(side * 0.65)), 0, 0, 360, skin, -1)
        for right in (-1, 1):
            cv2.circle(rgb, (x + right * side // 5, y - side // 6), side // 14, feature, -1)
        cv2.line(rgb, (x, y), (x, y + side // 8), feature, max(1, side // 20))
        cv2.ellipse(
            rgb, (x, y + side // 4), (side // 5, side // 10), 0, 0, 180, feature, max(1, side // 20)
        )
    return rgb


def _draw_leaves(width: int, height: int, random: np.random.Generator) -> Rgb:
    rgb = np.full((height, width, 3), _choose_color(random), np.uint8)
    for _ in range(400):
        center = [int(random.integers(0, length)) for length in (width, height)]
        axes = [int(random.integers(3, 40)) for _ in range(2)]
        cv2.ellipse(
            rgb, center, axes, float(random.uniform(0, 360)), 0, 360, _choose_color(random), -1
        )
    return cv2.GaussianBlur(rgb, (0, 0), 1.0).astype(np.uint8)


def _choose_color(random: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = random.integers(0, 256, 3).tolist()
    return red, green, blue
