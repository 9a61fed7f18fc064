"""JPEGs as cameras write them, decoded straight into an array: a third less time than by Pillow."""

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from models.containers.parts import Parts
from models.pictures.colors import is_srgb
from models.pictures.working_size import WorkingSize

# The factors by which libjpeg can reduce a picture while decoding it.
JPEG_FACTORS = (8, 4, 2)


def decode_plain_jpeg(
    parts: Parts, working_size: WorkingSize, buffer: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8] | None:
    """The pixels (H, W, 3) RGB, reduced as far as `working_size` allows, of a whole JPEG of YCbCr
    colors in sRGB; at the beginning of `buffer`, if one is given.

    None for any other, and for what libjpeg warns of: Pillow reads it, or tells what is wrong.
    """
    if parts.padded is not None or not is_srgb("RGB", parts):
        return None
    size = (parts.width_pixels, parts.height_pixels)
    factor = choose_jpeg_factor(working_size, *size)
    width, height = (-(-length // factor) for length in size)
    try:
        if _read_header(parts.picture) != (*size, "YCbCr"):
            return None
        rgb = simplejpeg.decode_jpeg(
            parts.picture, min_width=width, min_height=height, buffer=buffer
        )
    except ValueError:
        return None
    fits = rgb.shape == (height, width, 3) and working_size.choose_factor(width, height) == 1
    return rgb if fits else None


def choose_jpeg_factor(working_size: WorkingSize, width: int, height: int) -> int:
    """By how much libjpeg reduces a JPEG of that size."""
    most = working_size.choose_factor(width, height)
    return next((factor for factor in JPEG_FACTORS if factor <= most), 1)


def _read_header(data: bytes) -> tuple[int, int, str]:
    height, width, colors, _ = simplejpeg.decode_jpeg_header(data)
    return width, height, colors
