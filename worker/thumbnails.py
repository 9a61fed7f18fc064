"""Step 4c: the annotated picture: boxes with gender and age, readable on light and dark pictures
alike.
"""

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from db.values import Thumbnail
from models.face import Box, Face

JPEG_QUALITY = 85
SMALLEST_TEXT_PIXELS = 11
LETTERS = {"female": "F", "male": "M", "unknown": "?"}
# Told apart by people who see no red or no green, too (Okabe and Ito 2008).
COLOURS = {"female": (240, 228, 66), "male": (86, 180, 233), "unknown": (255, 255, 255)}
SHADE = (16, 16, 16)

Rectangle = tuple[int, int, int, int]


def shrink(rgb: NDArray[np.uint8], longest_side: int) -> NDArray[np.uint8]:
    """(H, W, 3) to the same picture with its longer side at most `longest_side`; never enlarged."""
    factor = longest_side / max(rgb.shape[:2])
    if factor >= 1:
        return rgb
    size = (max(1, round(rgb.shape[1] * factor)), max(1, round(rgb.shape[0] * factor)))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def draw_thumbnail(
    rgb: NDArray[np.uint8], faces: Sequence[Face], full_width_pixels: int, min_probability: float
) -> Thumbnail:
    """Draw faces, whose boxes are in pixels of the full-size picture, into a copy of `rgb` (H, W,
    3).
    """
    image = Image.fromarray(rgb)
    pen = ImageDraw.Draw(image)
    font = _font(max(SMALLEST_TEXT_PIXELS, max(image.size) // 28))
    scale = image.width / full_width_pixels
    boxes = [_scale(face.box, scale) for face in faces]
    for box, face in zip(boxes, faces, strict=True):
        _draw_box(pen, box, COLOURS[face.gender.value(min_probability)])
    taken: list[Rectangle] = []
    for box, face in zip(boxes, faces, strict=True):
        gender = face.gender.value(min_probability)
        text = f"{LETTERS[gender]} {face.age.years:.0f}"
        place = _find_place(pen, text, font, box, image.size, taken)
        taken.append(place)
        _draw_label(pen, place, text, font, COLOURS[gender])
    return Thumbnail("image/jpeg", _encode(image))


@lru_cache(maxsize=8)
def _font(size_pixels: int) -> FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_pixels)


def _scale(box: Box, scale: float) -> Rectangle:
    left, top = round(box.x * scale), round(box.y * scale)
    return left, top, round((box.x + box.width) * scale), round((box.y + box.height) * scale)


def _draw_box(pen: ImageDraw.ImageDraw, box: Rectangle, colour: tuple[int, int, int]) -> None:
    left, top, right, bottom = box
    # A dark line outside the bright one: one of the two stands out whatever lies beneath.
    pen.rectangle((left - 1, top - 1, right + 1, bottom + 1), outline=SHADE)
    pen.rectangle(box, outline=colour)


def _find_place(
    pen: ImageDraw.ImageDraw,
    text: str,
    font: FreeTypeFont | ImageFont.ImageFont,
    box: Rectangle,
    size: tuple[int, int],
    taken: Sequence[Rectangle],
) -> Rectangle:
    """Above the box, or below, or beside it: the first that is inside the picture and free."""
    left, top, right, bottom = box
    text_box = pen.textbbox((0, 0), text, font=font)
    width, height = round(text_box[2]) + 4, round(text_box[3]) + 3
    corners = [(left, top - height), (left, bottom), (right, top), (left - width, top)]
    places = [_keep_inside(x, y, width, height, size) for x, y in corners]
    free = (place for place in places if not any(_overlap(place, other) for other in taken))
    return next(free, places[0])


def _keep_inside(x: int, y: int, width: int, height: int, size: tuple[int, int]) -> Rectangle:
    left = max(0, min(x, size[0] - width))
    top = max(0, min(y, size[1] - height))
    return left, top, left + width, top + height


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _draw_label(
    pen: ImageDraw.ImageDraw,
    place: Rectangle,
    text: str,
    font: FreeTypeFont | ImageFont.ImageFont,
    colour: tuple[int, int, int],
) -> None:
    pen.rectangle(place, fill=SHADE)
    pen.text((place[0] + 2, place[1] + 1), text, fill=colour, font=font)


def _encode(image: Image.Image) -> bytes:
    encoded = BytesIO()
    image.save(encoded, "JPEG", quality=JPEG_QUALITY)
    return encoded.getvalue()
