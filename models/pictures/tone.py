"""Any picture mode to 8-bit RGB, as a viewer shows it: alpha on white, deep grays scaled down."""

import math

import numpy as np
from PIL import Image

from models.errors import UnsupportedItem

DEEP_MODES = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
BITS_PER_SAMPLE_TAG = 258

_FLAT_MODES = frozenset(
    {"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr"}
)


def read_white(image: Image.Image) -> float:
    """The sample value of `image` (loaded) that is shown as white; 255 unless its mode is deep.

    Raises UnsupportedItem for a mode that cannot be converted to RGB.
    """
    if image.mode in _FLAT_MODES:
        return 255.0
    if image.mode not in DEEP_MODES:
        raise UnsupportedItem(
            f"Pixels of mode {image.mode} are not supported. Convert the picture to RGB."
        )
    if image.mode.startswith("I;16"):
        return float(2 ** _bits_per_sample(image) - 1)
    return _guess_white(image)


def to_rgb(image: Image.Image, white: float) -> Image.Image:
    """`image`, or a part of it, in mode RGB; `white` is that of the whole image."""
    if image.mode in DEEP_MODES:
        return _flatten_deep(image, white).convert("RGB")
    if image.has_transparency_data:
        return _lay_on_white(image.convert("RGBA"))
    return image if image.mode == "RGB" else image.convert("RGB")


def _bits_per_sample(image: Image.Image) -> int:
    """16, or the 9 to 15 bits that a TIFF states: those are unpacked without being scaled up."""
    tags: object = getattr(image, "tag_v2", None)
    bits: object = tags.get(BITS_PER_SAMPLE_TAG) if hasattr(tags, "get") else None
    if isinstance(bits, tuple) and len(bits) == 1 and bits[0] in range(9, 16):
        return int(bits[0])
    return 16


def _guess_white(image: Image.Image) -> float:
    """For whole and real samples, which state no white: the least usual one that none exceeds."""
    extremes = np.asarray(image.getextrema(), dtype=np.float64)
    brightest = float(extremes.max())
    if not math.isfinite(brightest) or brightest <= 0.0:
        return 255.0
    usual = (1.0, 255.0, 65535.0) if image.mode == "F" else (255.0, 65535.0)
    return next((white for white in usual if brightest <= white), brightest)


def _flatten_deep(image: Image.Image, white: float) -> Image.Image:
    samples = np.asarray(image, dtype=np.float32)
    scaled = np.nan_to_num(samples * np.float32(255.0 / white), nan=0.0)
    return Image.fromarray(np.rint(scaled.clip(0.0, 255.0)).astype(np.uint8))


def _lay_on_white(rgba: Image.Image) -> Image.Image:
    paper = Image.new("RGB", rgba.size, "white")
    paper.paste(rgba, mask=rgba.getchannel("A"))
    return paper
