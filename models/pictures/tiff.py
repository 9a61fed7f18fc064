"""The samples of a TIFF to rows of 8 bits that Pillow has a mode for."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from models.containers.parts import damaged
from models.containers.tiff import NAME, Page
from models.errors import TooLargeItem, UnsupportedItem
from models.pictures.blocks import JPEG, YCBCR, Samples, find_dtype, read_samples

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, SEPARATED, CIELAB, ICCLAB = 0, 1, 2, 3, 5, 8, 9
# How many samples have the color; those that follow are extra.
COLOR_SAMPLES = {
    WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, SEPARATED: 4, YCBCR: 3, CIELAB: 3,
    ICCLAB: 3,
}  # fmt: skip
MODES = {1: "L", 3: "RGB", 4: "CMYK"}
ASSOCIATED, UNASSOCIATED = 1, 2
# Room for four samples of 16 bits for each pixel that is allowed.
BYTES_PER_PIXEL = 8
CMYK_INKS = 1


@dataclass(frozen=True, slots=True)
class TiffRaster:
    """A decoded page, converted to 8 bits a few rows at a time."""

    page: Page
    samples: Samples  # (H, W, samples)
    white: float
    alpha: int | None  # which sample; None for none

    @property
    def size(self) -> tuple[int, int]:
        return self.page.width, self.page.height

    def read_rows(self, top: int, bottom: int) -> Image.Image:
        """Rows in mode L, RGB or CMYK, on white where they are transparent."""
        rows = self.samples[top:bottom]
        colors = rows[:, :, : COLOR_SAMPLES[self.page.photometric]]
        image = _to_image(colors, self.page, self.white)
        if self.alpha is None:
            return image
        alpha = _to_bytes(rows[:, :, self.alpha], self.white)
        return _lay_on_white(image, alpha, self._is_associated)

    @property
    def _is_associated(self) -> bool:
        return self.page.extra[0] == ASSOCIATED


def open_tiff(data: bytes, page: Page, max_pixels: int) -> TiffRaster:
    """Decode a page. Raises UnsupportedItem, UnreadableItem or TooLargeItem."""
    needed = COLOR_SAMPLES.get(page.photometric)
    if needed is None or _is_unusual(page, needed):
        raise UnsupportedItem(
            "The colors of this TIFF are stored in a way that Facetally does not read. Convert it "
            "to RGB."
        )
    if page.samples < needed:
        raise damaged(NAME)
    size = page.width * page.height * page.samples * find_dtype(page).itemsize
    if size > max_pixels * BYTES_PER_PIXEL:
        raise TooLargeItem(
            f"The samples of the TIFF picture take {size} bytes; the limit is "
            f"{max_pixels * BYTES_PER_PIXEL}. Convert it to 8 bits."
        )
    samples = read_samples(data, page)
    return TiffRaster(page, samples, _find_white(page, samples), _find_alpha(page, samples, needed))


def _is_unusual(page: Page, needed: int) -> bool:
    """Whether it is unclear what the samples stand for."""
    has_more = page.samples > needed
    deep = page.bits != 8 or page.sample_format not in (1, 4)
    return (
        (needed == 1 and has_more and not page.extra)
        or (page.photometric == SEPARATED and page.ink_set != CMYK_INKS)
        or (page.photometric == PALETTE and (page.bits > 8 or page.sample_format != 1))
        or (page.photometric in (YCBCR, CIELAB, ICCLAB) and deep)
        or (page.photometric == YCBCR and page.compression != JPEG and not page.is_full_range)
        or (
            page.photometric not in (YCBCR, RGB, SEPARATED, BLACK_IS_ZERO)
            and page.compression == JPEG
        )
        or (page.photometric == YCBCR and page.is_planar and page.subsampling != (1, 1))
    )


def _find_alpha(page: Page, samples: Samples, needed: int) -> int | None:
    """The sample with alpha; one that is zero throughout is none."""
    if page.samples <= needed or not page.extra or page.extra[0] not in (ASSOCIATED, UNASSOCIATED):
        return None
    return needed if samples[:, :, needed].any() else None


def _find_white(page: Page, samples: Samples) -> float:
    """The sample that is shown as white. Deep integers and floating points state none: then it is
    the least usual one that no sample exceeds."""
    if page.sample_format in (1, 4) and page.bits <= 16:
        return float(2**page.bits - 1)
    brightest = float(samples.max())
    if not math.isfinite(brightest):
        brightest = float(np.nanmax(np.where(np.isfinite(samples), samples, 0)))
    if brightest <= 0.0:
        return 255.0
    usual = (1.0, 255.0, 65535.0) if page.sample_format == 3 else (255.0, 65535.0)
    return next((white for white in usual if brightest <= white), brightest)


def _to_bytes(samples: Samples, white: float) -> NDArray[np.uint8]:
    if samples.dtype == np.uint8 and white == 255.0:
        return np.ascontiguousarray(samples, np.uint8)
    # Samples may be anything, and as many as infinite.
    with np.errstate(all="ignore"):
        scaled = np.nan_to_num(samples.astype(np.float32) * np.float32(255.0 / white), nan=0.0)
    levels: NDArray[np.uint8] = np.rint(scaled.clip(0.0, 255.0)).astype(np.uint8)
    return levels


def _to_image(colors: Samples, page: Page, white: float) -> Image.Image:
    if page.photometric == PALETTE:
        return Image.fromarray(_read_palette(page)[colors[:, :, 0].astype(np.uint8)])
    levels = _to_bytes(colors, white)
    if page.photometric == WHITE_IS_ZERO:
        levels = 255 - levels
    if levels.shape[2] == 1:
        return Image.fromarray(levels[:, :, 0])
    if page.photometric in (CIELAB, ICCLAB):
        return _convert_lab(levels, is_signed=page.photometric == CIELAB)
    if page.photometric == YCBCR and page.compression != JPEG:
        return Image.fromarray(levels, "YCbCr").convert("RGB")
    return Image.fromarray(levels, MODES[levels.shape[2]])


def _read_palette(page: Page) -> NDArray[np.uint8]:
    """(colors, 3): all reds come first, then all greens. Some writers leave out the low byte."""
    count = 2**page.bits
    if len(page.color_map) < 3 * count:
        raise damaged(NAME)
    listed = np.array(page.color_map[: 3 * count], np.uint16)
    colors: NDArray[np.uint16] = listed.reshape(3, count).T
    shift = 0 if int(colors.max()) < 256 else 8
    levels: NDArray[np.uint8] = (colors >> shift).astype(np.uint8)
    return levels


def _convert_lab(levels: NDArray[np.uint8], *, is_signed: bool) -> Image.Image:
    # Pillow takes it as CIELAB has it.
    if not is_signed:
        levels = levels ^ np.array([0, 128, 128], np.uint8)
    lab = Image.fromarray(levels, "LAB")
    srgb = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(
        lab, ImageCms.createProfile("LAB"), srgb, outputMode="RGB"
    )
    if converted is None:
        raise damaged(NAME)
    return converted


def _lay_on_white(image: Image.Image, alpha: NDArray[np.uint8], is_associated: bool) -> Image.Image:
    if image.mode == "CMYK":
        return image
    levels = np.asarray(image.convert("RGB"), np.uint16)
    cover = alpha[:, :, None].astype(np.uint16)
    colors = levels if is_associated else (levels * cover + 127) // 255
    shown = np.minimum(colors + (255 - cover), 255).astype(np.uint8)
    return Image.fromarray(shown)
