"""A file in its parts to a decoded picture, and which way is up; work is bounded beforehand."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Protocol

import numpy as np
import pi_heif
from pi_heif.as_plugin import HeifImageFile
from PIL import AvifImagePlugin, Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ExifTags import Base
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from models.containers.parts import Parts, damaged
from models.errors import ItemError, TooLargeItem
from models.file_kinds.kinds import AVIF, BMP, GIF, HEIC, JPEG, PNG, WEBP, FileKind
from models.pictures.plain_jpeg import choose_jpeg_factor
from models.pictures.tone import open_image
from models.pictures.working_size import WorkingSize

READERS: dict[FileKind, type[ImageFile]] = {
    JPEG: JpegImageFile,
    PNG: PngImageFile,
    WEBP: WebPImageFile,
    BMP: BmpImageFile,
    GIF: GifImageFile,
    AVIF: AvifImageFile,
    HEIC: HeifImageFile,
}
# A decoder may go through this many times the pixels that are allowed: a progressive JPEG of the
# largest size in twenty scans (most have ten), a smaller one in more. An empty scan takes up to
# 1 ns a pixel. The tiles of a HEIC or AVIF, its alpha and a few smaller images make up less, but
# take longer.
MOST_PASSES = 20
MOST_TILINGS = 4


class Raster(Protocol):
    """A decoded picture as it is stored."""

    @property
    def size(self) -> tuple[int, int]: ...

    def read_rows(self, top: int, bottom: int) -> Image.Image:
        """Rows from `top` up to but excluding `bottom`, in mode L, RGB or CMYK."""


def check_work(kind: FileKind, parts: Parts, max_pixels: int) -> None:
    """Raises TooLargeItem for a picture that would take too long to decode."""
    if parts.pixels > max_pixels:
        raise _too_large(parts.pixels, max_pixels)
    most = max_pixels * (MOST_TILINGS if kind in (HEIC, AVIF) else MOST_PASSES)
    if parts.work_pixels > most:
        raise TooLargeItem(
            f"The picture has {parts.work_pixels} pixels in all of its scans or tiles, and at most "
            f"{most} are allowed. Save it again, or shrink it."
        )


def decode(
    kind: FileKind, parts: Parts, max_pixels: int, working_size: WorkingSize
) -> tuple[Raster, int]:
    """The pixels and their EXIF orientation, of a kind in READERS.

    Raises UnreadableItem, UnsupportedItem or TooLargeItem.
    """
    _bound_pillow(max_pixels)
    image = _load(kind, parts.picture, max_pixels, working_size)
    if parts.padded is not None:
        other = _load(kind, parts.padded, max_pixels, working_size)
        if not np.array_equal(np.asarray(image), np.asarray(other)):
            raise damaged(kind.name)
    return open_image(image), _read_turn(image) if kind == AVIF else 1


def _bound_pillow(max_pixels: int) -> None:
    # Some readers check this limit before they allocate memory for the header. It is the same for
    # every call in a process, so that threads do not disturb each other.
    Image.MAX_IMAGE_PIXELS = max_pixels
    # Pillow's warnings, such as those of odd metadata, need no action.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    # A worker process has one core; more threads would only use more memory.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    pi_heif.options.DECODE_THREADS = 1
    # Nothing but the primary image is looked at.
    pi_heif.options.THUMBNAILS = False
    pi_heif.options.DEPTH_IMAGES = False
    pi_heif.options.AUX_IMAGES = False


def _load(kind: FileKind, data: bytes, max_pixels: int, working_size: WorkingSize) -> Image.Image:
    with _explain(kind, max_pixels):
        # Not closed: it has no file but `data`, and is read from after this.
        image = READERS[kind](BytesIO(data))
        width, height = image.size
        if width * height > max_pixels:
            raise _too_large(width * height, max_pixels)
        _draft_jpeg(image, working_size)
        image.load()
        return image


@contextmanager
def _explain(kind: FileKind, max_pixels: int) -> Iterator[None]:
    try:
        yield
    except ItemError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(_read_pixels(error), max_pixels) from error
    # On hostile bytes the readers raise nearly anything, from SyntaxError to MemoryError.
    except Exception as error:
        raise damaged(kind.name) from error


def _too_large(pixels: int, max_pixels: int) -> TooLargeItem:
    return TooLargeItem(
        f"The picture has {pixels} pixels and at most {max_pixels} are allowed. Shrink it."
    )


def _read_pixels(error: Exception) -> int:
    """The number in Pillow's refusal: 'Image size (268402689 pixels) exceeds limit of …'."""
    found = re.search(r"\((\d+) pixels\)", str(error))
    return int(found.group(1)) if found else 0


def _draft_jpeg(image: ImageFile, working_size: WorkingSize) -> None:
    if not isinstance(image, JpegImageFile):
        return
    factor = choose_jpeg_factor(working_size, *image.size)
    if factor > 1:
        image.draft(None, (max(1, image.width // factor), max(1, image.height // factor)))


def _read_turn(image: Image.Image) -> int:
    """AVIF states the orientation as properties, which Pillow translates to EXIF."""
    orientation: object = image.getexif().get(Base.Orientation)
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
