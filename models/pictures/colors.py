"""Colors of a picture to those of sRGB, by its ICC profile; most need no conversion at all."""

from functools import lru_cache
from io import BytesIO
from itertools import product

import numpy as np
from PIL import Image, ImageCms

from models.containers.parts import Parts
from models.pictures.profiles import SRGB_CODE, make_profile

# By the mode of a picture: the color space that its profile must be of.
SPACES = {"RGB": b"RGB ", "L": b"GRAY", "CMYK": b"CMYK"}
SPACE_AT, MARK_AT, MARK = 16, 36, b"acsp"
# A profile that changes no color by more than this many of 255 levels is one of sRGB.
LEAST_CHANGE = 2
PROBE_LEVELS = (0, 16, 48, 96, 144, 192, 224, 255)

Conversion = ImageCms.ImageCmsTransform


def to_srgb(image: Image.Image, parts: Parts) -> Image.Image:
    """A picture of mode RGB, L or CMYK in mode RGB; `parts` are those of its file."""
    conversion = _find_conversion(image.mode, parts)
    if conversion is not None:
        return conversion.apply(image)
    return image if image.mode == "RGB" else image.convert("RGB")


def is_srgb(mode: str, parts: Parts) -> bool:
    """Whether `to_srgb` would leave the colors of a picture of `mode` as they are."""
    return _find_conversion(mode, parts) is None


def _find_conversion(mode: str, parts: Parts) -> Conversion | None:
    if mode == "RGB" and parts.color is not None and not parts.profile:
        return _open_conversion(mode, make_profile(parts.color))
    if parts.profile or parts.gamma is None or mode == "CMYK":
        return _open_conversion(mode, parts.profile)
    if mode == "L" or abs(parts.gamma - 2.2) < 0.05:
        return None
    return _open_conversion(mode, make_profile(SRGB_CODE, parts.gamma))


@lru_cache(maxsize=16)
def _open_conversion(mode: str, profile: bytes) -> Conversion | None:
    """None if nothing has to change, or if the profile is damaged or of other pixels."""
    is_profile = profile[MARK_AT : MARK_AT + 4] == MARK
    if not is_profile or profile[SPACE_AT : SPACE_AT + 4] != SPACES.get(mode):
        return None
    try:
        opened = ImageCms.ImageCmsProfile(BytesIO(profile))
        conversion = ImageCms.ImageCmsTransform(opened, _open_srgb(), mode, "RGB")
        return None if _changes_little(conversion, mode) else conversion
    # As hostile as any other part of a file.
    except Exception:  # noqa: BLE001
        return None


def _open_srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _changes_little(conversion: Conversion, mode: str) -> bool:
    if mode == "CMYK":
        return False
    channels = 3 if mode == "RGB" else 1
    colors = np.array(list(product(PROBE_LEVELS, repeat=channels)), np.uint8)
    probe = Image.fromarray(colors[None] if channels == 3 else colors.T)
    shown = np.asarray(conversion.apply(probe)).astype(int)
    return bool(np.abs(shown - np.asarray(probe.convert("RGB"))).max() <= LEAST_CHANGE)
