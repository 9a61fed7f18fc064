"""The strips and tiles of a TIFF to samples: decompressed, unpacked, and with predictors undone.

A block never unpacks to more than its samples take. Sections are those of TIFF 6.0.
"""

import lzma
import sys
import zlib
from collections.abc import Callable

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from models.containers.jpeg import split_jpeg
from models.containers.parts import Parts, damaged
from models.containers.tiff import NAME, Page
from models.errors import TooLargeItem, UnsupportedItem

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Samples = NDArray[np.generic]

JPEG = 7
CCITT_RLE, CCITT_FAX3, CCITT_FAX4 = 2, 3, 4
HORIZONTAL, FLOATING_POINT = 2, 3
UNSIGNED, SIGNED, FLOATING, UNDEFINED = 1, 2, 3, 4
WHOLE_BITS = frozenset({8, 16, 32, 64})
MOST_LZMA_BYTES = 256 << 20
# Scans of one JPEG strip; more are made to hold up a decoder.
MOST_SCANS = 32
RGB, SEPARATED, YCBCR = 2, 5, 6

DECOMPRESS: dict[int, Callable[[bytes, int], bytes]] = {
    1: lambda data, size: data[:size],
    5: lambda data, size: bytes(imagecodecs.lzw_decode(data, out=size)),
    8: lambda data, size: zlib.decompressobj().decompress(data, size),
    32946: lambda data, size: zlib.decompressobj().decompress(data, size),
    32773: lambda data, size: bytes(imagecodecs.packbits_decode(data, out=size)),
    34925: lambda data, size: lzma.LZMADecompressor(memlimit=MOST_LZMA_BYTES).decompress(
        data, size
    ),
    50000: lambda data, size: zstd.ZstdDecompressor().decompress(data, size),
}
FAX = frozenset({CCITT_RLE, CCITT_FAX3, CCITT_FAX4})


def read_samples(data: bytes, page: Page) -> Samples:
    """All samples of a page as (H, W, samples), in their own type and the order of this machine.

    Raises UnsupportedItem for a kind of samples that is not read; UnreadableItem where some are
    missing.
    """
    dtype = find_dtype(page)
    samples = np.empty((page.height, page.width, page.samples), dtype)
    across = -(-page.width // page.block_width)
    down = -(-page.height // page.block_height)
    planes = page.samples if page.is_planar else 1
    if len(page.blocks) < across * down * planes:
        raise damaged(NAME)
    for number in range(across * down * planes):
        plane, place = divmod(number, across * down)
        top, left = (place // across) * page.block_height, (place % across) * page.block_width
        rows = page.block_height
        if page.block_width == page.width:
            # The last strip may end with the picture.
            rows = min(rows, page.height - top)
        block = _read_block(data, page, page.blocks[number], rows, dtype)
        block = block[: page.height - top, : page.width - left]
        channels = slice(plane, plane + 1) if page.is_planar else slice(None)
        target = samples[top : top + page.block_height, left : left + page.block_width, channels]
        target[...] = block
    return samples


def find_dtype(page: Page) -> np.dtype[np.generic]:
    """The type of a page's samples; raises UnsupportedItem for one that is not read."""
    kinds = {UNSIGNED: "u", UNDEFINED: "u", SIGNED: "i", FLOATING: "f"}
    kind = kinds.get(page.sample_format)
    if kind == "f" and page.bits in (16, 32, 64):
        return np.dtype(f"f{page.bits // 8}")
    if kind in ("u", "i") and page.bits in WHOLE_BITS:
        return np.dtype(f"{kind}{page.bits // 8}")
    if kind == "u" and 1 <= page.bits < 32:
        return np.dtype("u1" if page.bits < 8 else "u2" if page.bits < 16 else "u4")
    raise UnsupportedItem(
        f"TIFF samples of {page.bits} bits of this format are not supported. Convert the picture "
        "to 8 bits."
    )


def _read_block(
    data: bytes, page: Page, place: tuple[int, int], rows: int, dtype: np.dtype[np.generic]
) -> Samples:
    """One block as (rows, block width, samples of its plane)."""
    start, size = place
    coded = data[start : start + size]
    channels = 1 if page.is_planar else page.samples
    if page.compression == JPEG:
        return _read_jpeg(coded, page, rows, channels)
    if page.fill_order == 2:
        coded = bytes(imagecodecs.bitorder_decode(coded))
    if page.compression in FAX:
        return _read_fax(coded, page, rows)
    if page.photometric == YCBCR and page.subsampling != (1, 1):
        return _read_subsampled(coded, page, rows)
    row_bytes = -(-page.block_width * channels * page.bits // 8)
    plain = _decompress(coded, page.compression, row_bytes * rows)
    return _undo_prediction(_unpack(plain, page, rows, channels, dtype), plain, page)


def _decompress(coded: bytes, compression: int, size: int) -> bytes:
    decompress = DECOMPRESS.get(compression)
    if decompress is None:
        raise UnsupportedItem(
            f"TIFF compression {compression} is not supported. Save the picture with LZW or as "
            "JPEG."
        )
    plain = decompress(coded, size)
    if len(plain) < size:
        raise damaged(NAME)
    return plain[:size]


def _unpack(
    plain: bytes, page: Page, rows: int, channels: int, dtype: np.dtype[np.generic]
) -> Samples:
    shape = (rows, page.block_width, channels)
    if page.bits in WHOLE_BITS:
        order = dtype.newbyteorder("<" if page.order == "<" else ">")
        return np.frombuffer(plain, order).reshape(shape)
    unpacked: Samples = imagecodecs.packints_decode(
        plain, dtype, page.bits, runlen=page.block_width * channels
    )
    return unpacked.reshape(shape)


def _undo_prediction(samples: Samples, plain: bytes, page: Page) -> Samples:
    """Sections 14 of TIFF 6.0, and of Adobe's Technical Note 3 for floating points."""
    if page.predictor not in (HORIZONTAL, FLOATING_POINT):
        return samples
    if page.predictor == FLOATING_POINT and page.sample_format == FLOATING:
        return _undo_floating_point(plain, samples)
    if page.predictor == HORIZONTAL and page.bits in WHOLE_BITS:
        whole = samples.view(samples.dtype.str.replace("f", "u"))
        native = whole.astype(whole.dtype.newbyteorder("="))
        summed: Samples = np.cumsum(native, axis=1, dtype=native.dtype)
        return summed.view(samples.dtype.newbyteorder("="))
    raise UnsupportedItem("This TIFF predictor is not supported. Save the picture without it.")


def _undo_floating_point(plain: bytes, samples: Samples) -> Samples:
    """Bytes of rows, the highest of all numbers first, each as a difference to its neighbor."""
    rows, width, channels = samples.shape
    size = samples.dtype.itemsize
    steps = np.frombuffer(plain, np.uint8).reshape(rows, width * size, channels)
    summed = np.cumsum(steps, axis=1, dtype=np.uint8).reshape(rows, size, width * channels)
    ordered = np.ascontiguousarray(summed.transpose(0, 2, 1))
    floats: Samples = ordered.view(f">f{size}").reshape(rows, width, channels)
    return floats


def _read_fax(coded: bytes, page: Page, rows: int) -> Samples:
    if page.bits != 1 or page.samples != 1:
        raise damaged(NAME)
    width = page.block_width
    if page.compression == CCITT_RLE:
        lines = imagecodecs.ccittrle_decode(coded, rows, width)
    elif page.compression == CCITT_FAX3:
        lines = imagecodecs.ccittfax3_decode(coded, rows, width, t4options=page.t4_options)
    else:
        lines = imagecodecs.ccittfax4_decode(coded, rows, width)
    bits: Samples = np.asarray(lines).reshape(rows, width, 1)
    return bits


def _read_subsampled(coded: bytes, page: Page, rows: int) -> Samples:
    """Section 21: units of several Y, a Cb and a Cr; the last two are repeated."""
    wide, high = page.subsampling
    if page.bits != 8 or page.samples != 3 or page.is_planar or not {wide, high} <= {1, 2, 4}:
        raise UnsupportedItem("This kind of YCbCr TIFF is not supported. Convert it to RGB.")
    across, down = -(-page.block_width // wide), -(-rows // high)
    unit = wide * high + 2
    plain = _decompress(coded, page.compression, across * down * unit)
    if page.predictor != 1:
        raise UnsupportedItem("This TIFF predictor is not supported. Save the picture without it.")
    units = np.frombuffer(plain, np.uint8).reshape(down, across, unit)
    luma = units[:, :, :-2].reshape(down, across, high, wide).transpose(0, 2, 1, 3)
    whole = [luma.reshape(down * high, across * wide)]
    whole += [units[:, :, at].repeat(high, 0).repeat(wide, 1) for at in (-2, -1)]
    return np.stack(whole, axis=2)[:rows, : page.block_width]


def _read_jpeg(coded: bytes, page: Page, rows: int, channels: int) -> Samples:
    """A JPEG whose tables may be apart; YCbCr comes as RGB."""
    if page.bits != 8:
        raise UnsupportedItem(
            f"A TIFF of JPEG with {page.bits} bits is not supported. Convert it to 8 bits."
        )
    whole = b"\xff\xd8" + _inner(page.tables) + coded[2:]
    parts = split_jpeg(whole)
    _check_block(parts, page, rows)
    space = {RGB: "RGB", SEPARATED: "CMYK", YCBCR: "YCBCR"}.get(page.photometric, "GRAYSCALE")
    space = "GRAYSCALE" if channels == 1 else space
    out = "RGB" if space == "YCBCR" else space
    decoded = imagecodecs.jpeg8_decode(parts.picture, colorspace=space, outcolorspace=out)
    samples: Samples = decoded.reshape(*decoded.shape[:2], -1)
    if samples.shape[0] < rows or samples.shape[2] != channels:
        raise damaged(NAME)
    return samples[:rows]


def _check_block(parts: Parts, page: Page, rows: int) -> None:
    if parts.padded is not None and parts.height_pixels < rows:
        raise damaged(NAME)
    if parts.width_pixels < min(page.block_width, page.width) or parts.pixels > 4 * (
        page.block_width * max(rows, page.block_height)
    ):
        raise damaged(NAME)
    if parts.work_pixels > MOST_SCANS * parts.pixels:
        raise TooLargeItem("The TIFF picture has too many scans. Save it again.")


def _inner(tables: bytes) -> bytes:
    """Tables without their start and end."""
    return tables[2:].removesuffix(b"\xff\xd9") if tables.startswith(b"\xff\xd8") else b""
