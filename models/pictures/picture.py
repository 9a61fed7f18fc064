"""Bytes to pixels: any file to an upright RGB picture, or to an ItemError."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.containers.parts import Parts, damaged
from models.containers.tiff import split_tiff
from models.errors import ItemError
from models.file_kinds.kinds import AVIF, HEIC, JPEG, TIFF, FileKind
from models.file_kinds.recognition import recognize_picture
from models.pictures.colors import to_srgb
from models.pictures.decoders import Raster, check_work, decode
from models.pictures.files import split_file
from models.pictures.metadata import read_orientation
from models.pictures.plain_jpeg import decode_plain_jpeg
from models.pictures.pyramid import Pyramid
from models.pictures.tiff import open_tiff
from models.pictures.working_size import WorkingSize

# Rows of the reduced picture made at once: bounds the memory of color conversion.
BAND_ROWS = 64


@dataclass(frozen=True, slots=True)
class Picture:
    """The working pixels of a picture, upright, and its full size as a viewer shows it."""

    rgb: NDArray[np.uint8]  # (H, W, 3)
    width_pixels: int
    height_pixels: int
    pyramid: Pyramid = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.rgb.ndim != 3 or self.rgb.shape[2] != 3 or self.rgb.dtype != np.uint8:
            raise ValueError(
                f"Picture must be (H, W, 3) uint8, got {self.rgb.shape} {self.rgb.dtype}"
            )
        if min(self.rgb.shape[:2]) < 1:
            raise ValueError(f"Picture must have at least one pixel, got {self.rgb.shape}")
        object.__setattr__(self, "pyramid", Pyramid(self.rgb))

    @property
    def scale(self) -> float:
        """Full-size pixels per working pixel, by the longer side, which is rounded least."""
        working_longest: int = max(self.rgb.shape[:2])
        return max(self.width_pixels, self.height_pixels) / working_longest


def decode_picture(
    data: bytes,
    *,
    max_pixels: int,
    working_size: WorkingSize,
    buffer: NDArray[np.uint8] | None = None,
) -> Picture:
    """Decode the first frame of `data`, reduced as far as `working_size` allows; into `buffer`, if
    one is given and the decoder can do so.

    Raises UnreadableItem, UnsupportedItem, or TooLargeItem: the last by its header, before any
    pixel is decoded. At most one full-size copy of the pixels is in memory. Threads may call it.
    """
    kind = recognize_picture(data)
    parts = split_file(kind, data)
    check_work(kind, parts, max_pixels)
    try:
        return _decode(kind, data, parts, max_pixels, working_size, buffer)
    except ItemError:
        raise
    # On hostile bytes, anything.
    except Exception as error:
        raise damaged(kind.name) from error


def _decode(
    kind: FileKind,
    data: bytes,
    parts: Parts,
    max_pixels: int,
    working_size: WorkingSize,
    buffer: NDArray[np.uint8] | None,
) -> Picture:
    width, height = parts.width_pixels, parts.height_pixels
    plain = decode_plain_jpeg(parts, working_size, buffer) if kind == JPEG else None
    if plain is not None:
        return _finish(plain, width, height, read_orientation(parts.exif))
    raster: Raster
    if kind == TIFF:
        raster, turn = open_tiff(data, split_tiff(data).page, max_pixels), 1
    else:
        raster, turn = decode(kind, parts, max_pixels, working_size)
    if kind == HEIC:
        width, height = raster.size
    # Decoders apply what HEIC and AVIF state as properties; EXIF would turn them twice.
    orientation = turn if kind in (HEIC, AVIF) else read_orientation(parts.exif)
    rgb = _reduce(raster, working_size.choose_factor(*raster.size), parts)
    return _finish(rgb, width, height, orientation)


def _finish(rgb: NDArray[np.uint8], width: int, height: int, orientation: int) -> Picture:
    """The picture upright; `width` and `height` are as stored."""
    if orientation >= 5:
        width, height = height, width
    return Picture(_turn_upright(rgb, orientation), width, height)


def _reduce(raster: Raster, factor: int, parts: Parts) -> NDArray[np.uint8]:
    """The picture as (ceil(H / factor), ceil(W / factor), 3) RGB, converted in bands of rows."""
    width, height = raster.size
    if factor == 1:
        return np.asarray(to_srgb(raster.read_rows(0, height), parts))
    rgb = np.empty((-(-height // factor), -(-width // factor), 3), np.uint8)
    for top in range(0, rgb.shape[0], BAND_ROWS):
        bottom = min((top + BAND_ROWS) * factor, height)
        band = raster.read_rows(top * factor, bottom).reduce(factor)
        rgb[top : top + BAND_ROWS] = np.asarray(to_srgb(band, parts))
    return rgb


def _turn_upright(rgb: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    turned: NDArray[np.uint8] = rgb
    if orientation >= 5:
        turned = turned.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    return np.ascontiguousarray(turned)
