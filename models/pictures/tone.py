"""A decoded picture of any mode to rows in L, RGB or CMYK, on white where it is transparent."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from models.errors import UnsupportedItem

DEEP_MODES = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_FLAT_MODES = frozenset({"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK"})


@dataclass(frozen=True, slots=True)
class ImageRaster:
    """A decoded picture; `white` is the sample that is shown as white."""

    image: Image.Image
    white: float
    has_alpha: bool

    @property
    def size(self) -> tuple[int, int]:
        return self.image.size

    def read_rows(self, top: int, bottom: int) -> Image.Image:
        """Rows in mode L, RGB or CMYK."""
        if top == 0 and bottom == self.image.height:
            return self._convert(self.image)
        return self._convert(self.image.crop((0, top, self.image.width, bottom)))

    def _convert(self, rows: Image.Image) -> Image.Image:
        if rows.mode in DEEP_MODES:
            return _flatten_deep(rows, self.white)
        if self.has_alpha:
            return _lay_on_white(rows.convert("RGBA"))
        if rows.mode in ("L", "RGB", "CMYK"):
            return rows
        return rows.convert("L" if rows.mode in ("1", "LA", "La") else "RGB")


def open_image(image: Image.Image) -> ImageRaster:
    """A loaded image; raises UnsupportedItem for a mode that cannot be converted to RGB."""
    if image.mode in _FLAT_MODES:
        return ImageRaster(image, 255.0, _has_alpha(image))
    if image.mode not in DEEP_MODES:
        raise UnsupportedItem(
            f"Pixels of mode {image.mode} are not supported. Convert the picture to RGB."
        )
    white = 65535.0 if image.mode.startswith("I;16") else _guess_white(image)
    return ImageRaster(image, white, has_alpha=False)


def _has_alpha(image: Image.Image) -> bool:
    """Whether it is transparent in part; an alpha channel of zeros alone is taken for an error."""
    if not image.has_transparency_data:
        return False
    if image.mode in ("LA", "La", "RGBA", "RGBa", "PA"):
        return image.getchannel(len(image.getbands()) - 1).getextrema() != (0, 0)
    return True


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
