"""Bytes to pixels: any file to an upright RGB picture, or to an ItemError."""

import re
import warnings
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import AvifImagePlugin, Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ExifTags import Base
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from models.errors import ItemError, TooLargeItem, UnreadableItem
from models.pictures.file_kinds import AVIF, BMP, GIF, JPEG, PNG, TIFF, WEBP, FileKind
from models.pictures.recognition import recognize_picture
from models.pictures.tone import read_white, to_rgb

READERS: dict[FileKind, type[ImageFile]] = {
    JPEG: JpegImageFile,
    PNG: PngImageFile,
    WEBP: WebPImageFile,
    BMP: BmpImageFile,
    TIFF: TiffImageFile,
    GIF: GifImageFile,
    AVIF: AvifImageFile,
}

# The factors by which libjpeg can reduce a picture while decoding it.
JPEG_FACTORS = (8, 4, 2)

# Rows of the reduced picture made at once: bounds the memory of color conversion.
BAND_ROWS = 64


@dataclass(frozen=True, slots=True)
class Picture:
    """The working pixels of a picture, upright, and its full size as a viewer shows it."""

    rgb: NDArray[np.uint8]  # (H, W, 3)
    width_pixels: int
    height_pixels: int

    def __post_init__(self) -> None:
        if self.rgb.ndim != 3 or self.rgb.shape[2] != 3 or self.rgb.dtype != np.uint8:
            raise ValueError(
                f"Picture must be (H, W, 3) uint8, got {self.rgb.shape} {self.rgb.dtype}"
            )
        if min(self.rgb.shape[:2]) < 1:
            raise ValueError(f"Picture must have at least one pixel, got {self.rgb.shape}")

    @property
    def scale(self) -> float:
        """Full-size pixels per working pixel, by the longer side, which is rounded least."""
        working_longest: int = max(self.rgb.shape[:2])
        return max(self.width_pixels, self.height_pixels) / working_longest


def decode_picture(data: bytes, *, max_pixels: int, working_side: int) -> Picture:
    """Decode the first frame of `data`, reduced while its longer side stays >= `working_side`.

    Raises UnreadableItem, UnsupportedItem, or TooLargeItem: the last by its header, before any
    pixel is decoded. At most one full-size copy of the pixels is in memory. Threads may call it.
    """
    kind = recognize_picture(data)
    # Outside of the `try`: a kind without a reader is a bug, not a damaged picture.
    reader = READERS[kind]
    try:
        return _decode(reader, data, max_pixels, working_side)
    except ItemError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(_read_pixels(error), max_pixels) from error
    # On hostile bytes Pillow's readers raise nearly anything, from SyntaxError to MemoryError.
    except Exception as error:
        raise UnreadableItem(
            f"The {kind.name} picture is truncated or damaged. Send the original file again."
        ) from error


def _decode(reader: type[ImageFile], data: bytes, max_pixels: int, working_side: int) -> Picture:
    _bound_pillow(max_pixels)
    with reader(BytesIO(data)) as image:
        width, height = image.size
        if width * height > max_pixels:
            raise _too_large(width * height, max_pixels)
        _draft_jpeg(image, working_side)
        image.load()
        factor = max(1, max(image.size) // working_side)
        rgb = _reduce(image, factor)
        orientation = _read_orientation(image)
    if orientation >= 5:
        width, height = height, width
    return Picture(_turn_upright(rgb, orientation), width, height)


def _bound_pillow(max_pixels: int) -> None:
    # Some readers check this limit before they allocate memory for the header. It is the same for
    # every call in a process, so that threads do not disturb each other.
    Image.MAX_IMAGE_PIXELS = max_pixels
    # Pillow's warnings, such as those of odd metadata, need no action.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    # A worker process has one core; more threads would only use more memory.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def _too_large(pixels: int, max_pixels: int) -> TooLargeItem:
    return TooLargeItem(
        f"The picture has {pixels} pixels and at most {max_pixels} are allowed. Shrink it."
    )


def _read_pixels(error: Exception) -> int:
    """The number in Pillow's refusal: 'Image size (268402689 pixels) exceeds limit of …'."""
    found = re.search(r"\((\d+) pixels\)", str(error))
    return int(found.group(1)) if found else 0


def _draft_jpeg(image: ImageFile, working_side: int) -> None:
    if not isinstance(image, JpegImageFile):
        return
    longest = max(image.size)
    factor = next((by for by in JPEG_FACTORS if longest // by >= working_side), 1)
    if factor > 1:
        image.draft(None, (max(1, image.width // factor), max(1, image.height // factor)))


def _reduce(image: Image.Image, factor: int) -> NDArray[np.uint8]:
    """The picture as (ceil(H / factor), ceil(W / factor), 3) RGB, converted in bands of rows."""
    white = read_white(image)
    if factor == 1:
        return np.asarray(to_rgb(image, white))
    rgb = np.empty((-(-image.height // factor), -(-image.width // factor), 3), np.uint8)
    for top in range(0, rgb.shape[0], BAND_ROWS):
        bottom = min((top + BAND_ROWS) * factor, image.height)
        band = image.crop((0, top * factor, image.width, bottom))
        rgb[top : top + BAND_ROWS] = np.asarray(to_rgb(band, white).reduce(factor))
    return rgb


def _read_orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 if the metadata is damaged."""
    try:
        orientation: object = image.getexif().get(Base.Orientation)
    except Exception:  # noqa: BLE001 - as hostile as any other part of the file
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def _turn_upright(rgb: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    turned: NDArray[np.uint8] = rgb
    if orientation >= 5:
        turned = turned.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    return np.ascontiguousarray(turned)
