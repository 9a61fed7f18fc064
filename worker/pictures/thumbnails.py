"""Thumbnails: small pictures with boxes, genders and ages, readable on light and dark pictures; on
request, the faces are blurred beyond recognition.
"""

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from db.item_values import Thumbnail
from models.face import UNKNOWN, Box, Face
from models.pictures.pyramid import Pyramid

JPEG_QUALITY = 85
# Mosaics of dozens of blocks to a face can still be matched with known faces (McPherson, Shokri and
# Shmatikov 2016, "Defeating image obfuscation with deep learning"). Here the box with its margins
# is three blocks wide, two of them on the face: too few to show eyes or a mouth.
MOSAIC_BLOCKS = 3
SMALLEST_BLOCK_PIXELS = 8
# The detector's box ends near brows and chin: a margin of this part of it covers the whole head.
MOSAIC_MARGIN = 0.3
SMALLEST_TEXT_PIXELS = 11
# A label's height as a part of the picture's longer side, 1/28 and so on: letters must be legible
# in a thumbnail, words leave room between the faces of a larger picture.
LETTERS_PER_SIDE, WORDS_PER_SIDE, LINES_PER_SIDE = 28, 38, 400
LETTERS = {"female": "F", "male": "M", "unknown": "?"}
# People who are red-green blind can distinguish these, too (Okabe and Ito 2008).
COLORS = {"female": (240, 228, 66), "male": (86, 180, 233), "unknown": (255, 255, 255)}
SHADE = (16, 16, 16)
UNCLEAR = "Unclear"

Rectangle = tuple[int, int, int, int]
Color = tuple[int, int, int]


def shrink(picture: Pyramid, longest_side: int) -> NDArray[np.uint8]:
    """The picture (H, W, 3) with its longer side at most `longest_side`; never enlarged."""
    height, width, _ = picture.pixels.shape
    factor = longest_side / max(width, height)
    if factor >= 1:
        return picture.pixels
    return picture.shrink(max(1, round(width * factor)), max(1, round(height * factor)))


def blur_faces(
    rgb: NDArray[np.uint8], faces: Sequence[Face], full_width_pixels: int
) -> NDArray[np.uint8]:
    """The picture `rgb` (H, W, 3) with a mosaic of a few mean colors over each face."""
    blurred = rgb.copy()
    scale = rgb.shape[1] / full_width_pixels
    for face in faces:
        left, top, right, bottom = _grow(_scale(face.box, scale), blurred.shape)
        region = blurred[top:bottom, left:right]
        # A box entirely outside the picture leaves nothing to blur.
        if region.size:
            region[:] = _make_mosaic(region)
    return blurred


def blur_thumbnail(
    thumbnail: Thumbnail, faces: Sequence[Face] | None, full_width_pixels: int
) -> Thumbnail:
    """A thumbnail of ours with its faces blurred; all of it where they are not known."""
    with Image.open(BytesIO(thumbnail.content)) as image:
        rgb = np.asarray(image.convert("RGB"))
    blurred = _make_mosaic(rgb) if faces is None else blur_faces(rgb, faces, full_width_pixels)
    return Thumbnail("image/jpeg", _encode(Image.fromarray(blurred)))


def _grow(box: Rectangle, shape: tuple[int, ...]) -> Rectangle:
    left, top, right, bottom = box
    across, down = (
        ceil((right - left) * MOSAIC_MARGIN) + 1,
        ceil((bottom - top) * MOSAIC_MARGIN) + 1,
    )
    return (
        max(0, left - across),
        max(0, top - down),
        min(shape[1], right + across),
        min(shape[0], bottom + down),
    )


def _make_mosaic(region: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The region (H, W, 3) in even blocks, each of the mean color that it covers."""
    height, width = region.shape[:2]
    size = _count_blocks(width), _count_blocks(height)
    means = cv2.resize(region, size, interpolation=cv2.INTER_AREA)
    mosaic = cv2.resize(means, (width, height), interpolation=cv2.INTER_NEAREST)
    return mosaic.astype(np.uint8, copy=False)


def _count_blocks(pixels: int) -> int:
    return max(1, min(MOSAIC_BLOCKS, pixels // SMALLEST_BLOCK_PIXELS))


def draw_thumbnail(
    rgb: NDArray[np.uint8],
    faces: Sequence[Face],
    full_width_pixels: int,
    min_probability: float,
    *,
    in_words: bool = False,
) -> Thumbnail:
    """The picture `rgb` (H, W, 3) with its faces drawn in, whose boxes are in pixels of the full
    size; labels are `F 28`, or `Female, about 28`.
    """
    image = Image.fromarray(rgb)
    pen = ImageDraw.Draw(image)
    per_side = WORDS_PER_SIDE if in_words else LETTERS_PER_SIDE
    font = open_font(max(SMALLEST_TEXT_PIXELS, max(image.size) // per_side))
    line = max(2 if in_words else 1, max(image.size) // LINES_PER_SIDE)
    scale = image.width / full_width_pixels
    boxes = [_scale(face.box, scale) for face in faces]
    for box, face in zip(boxes, faces, strict=True):
        _draw_box(pen, box, line, COLORS[face.gender_value(min_probability)])
    taken: list[Rectangle] = []
    for box, face in zip(boxes, faces, strict=True):
        gender = face.gender_value(min_probability)
        text = _describe(face, gender) if in_words else _abbreviate(face, gender)
        label = place_label(measure_label(text, font), box, image.size, taken)
        taken.append(label)
        _draw_label(pen, label, text, font, COLORS[gender])
    return Thumbnail("image/jpeg", _encode(image))


def _describe(face: Face, gender: str) -> str:
    return f"{gender.capitalize()}, about {face.age.years:.0f}" if face.judged else UNCLEAR


def _abbreviate(face: Face, gender: str) -> str:
    return f"{LETTERS[gender]} {face.age.years:.0f}" if face.judged else LETTERS[UNKNOWN]


@lru_cache(maxsize=8)
def open_font(size_pixels: int) -> FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_pixels)


def _scale(box: Box, scale: float) -> Rectangle:
    left, top = round(box.x * scale), round(box.y * scale)
    return left, top, round((box.x + box.width) * scale), round((box.y + box.height) * scale)


def _draw_box(
    pen: ImageDraw.ImageDraw, box: Rectangle, line: int, color: tuple[int, int, int]
) -> None:
    left, top, right, bottom = box
    # A dark line outside the bright one: one of the two stands out on any background.
    pen.rectangle((left - line, top - line, right + line, bottom + line), outline=SHADE, width=line)
    pen.rectangle(box, outline=color, width=line)


def measure_label(text: str, font: FreeTypeFont | ImageFont.ImageFont) -> tuple[int, int]:
    """Width and height of a text on its ground."""
    box = font.getbbox(text)
    return round(box[2]) + 4, round(box[3]) + 3


def place_label(
    label: tuple[int, int],
    box: Rectangle,
    size: tuple[int, int],
    taken: Sequence[Rectangle],
) -> Rectangle:
    """The rectangle of a label of this width and height: the first free one above, below, right or
    left of the box, moved into the picture."""
    (width, height), (left, top, right, bottom) = label, box
    corners = [(left, top - height), (left, bottom), (right, top), (left - width, top)]
    labels = [_move_inside(x, y, width, height, size) for x, y in corners]
    free = (label for label in labels if not any(_overlap(label, other) for other in taken))
    return next(free, labels[0])


def _move_inside(x: int, y: int, width: int, height: int, size: tuple[int, int]) -> Rectangle:
    left = max(0, min(x, size[0] - width))
    top = max(0, min(y, size[1] - height))
    return left, top, left + width, top + height


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _draw_label(
    pen: ImageDraw.ImageDraw,
    label: Rectangle,
    text: str,
    font: FreeTypeFont | ImageFont.ImageFont,
    color: tuple[int, int, int],
) -> None:
    pen.rectangle(label, fill=SHADE)
    pen.text((label[0] + 2, label[1] + 1), text, fill=color, font=font)


def print_label(text: str, color: Color, longest_side: int) -> NDArray[np.uint8]:
    """A label as a small picture (H, W, 3) RGB, for a frame whose longer side is this long."""
    font = open_font(max(SMALLEST_TEXT_PIXELS, longest_side // WORDS_PER_SIDE))
    image = Image.new("RGB", measure_label(text, font))
    _draw_label(ImageDraw.Draw(image), (0, 0, *image.size), text, font, color)
    return np.asarray(image)


def _encode(image: Image.Image) -> bytes:
    encoded = BytesIO()
    image.save(encoded, "JPEG", quality=JPEG_QUALITY)
    return encoded.getvalue()
