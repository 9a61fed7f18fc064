"""Odd pictures, made in memory."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from models.decoding.decoder import share_decoder
from models.pictures.working_size import WorkingSize

EXIF_ORIENTATION = 0x0112
FORMATS = ("JPEG", "PNG", "WebP", "BMP", "TIFF", "GIF", "AVIF")

MAX_PIXELS = 200_000_000


def make_scene(width=96, height=64, seed=7):
    """A smooth colored RGB scene with a red top-left and a blue bottom-right corner."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(60, 200, (4, 6, 3), dtype=np.uint8)
    scene = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    corner = (max(1, width // 3), max(1, height // 3))
    scene.paste((250, 10, 10), (0, 0, *corner))
    scene.paste((10, 10, 250), (width - corner[0], height - corner[1], width, height))
    return scene


def encode(image, file_format, **options):
    """Encode an image as the bytes of a file."""
    stream = io.BytesIO()
    image.save(stream, file_format, **options)
    return stream.getvalue()


def encode_scene(file_format, width=96, height=64, **options):
    """Encode the scene in one of the supported formats."""
    scene = make_scene(width, height)
    if file_format == "GIF":
        scene = scene.quantize(64)
    return encode(scene, file_format, **options)


def encode_turned(file_format, orientation, width=96, height=64):
    """The scene stored the way a camera held at `orientation` stores it, with the EXIF tag."""
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    scene = make_scene(width, height)
    stored = scene if undo is None else scene.transpose(undo)
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    return encode(stored, file_format, exif=exif)


def make_deep_png(samples):
    """A 16-bit PNG of `samples` (H, W) gray or (H, W, 3) RGB uint16; Pillow writes only gray."""
    height, width = samples.shape[:2]
    color_type = 0 if samples.ndim == 2 else 2
    rows = samples.astype(">u2").reshape(height, -1)
    data = b"".join(b"\x00" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 16, color_type, 0, 0, 0)
    return make_png(header, data)


def make_png(header, data):
    """A PNG with this IHDR and these rows, filter bytes included."""
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(data, 1)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def make_deep_tiff(samples, byte_order="<"):
    """An uncompressed 16-bit TIFF of `samples` (H, W) gray or (H, W, 3) RGB uint16."""
    height, width = samples.shape[:2]
    channels = 1 if samples.ndim == 2 else 3
    pixels = samples.astype(f"{byte_order}u2").tobytes()
    bits_at = 8 + 2 + 9 * 12 + 4
    pixels_at = bits_at + 6
    entries = (
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, channels, 16 if channels == 1 else bits_at),
        (259, 3, 1, 1),
        (262, 3, 1, 1 if channels == 1 else 2),
        (273, 4, 1, pixels_at),
        (277, 3, 1, channels),
        (278, 4, 1, height),
        (279, 4, 1, len(pixels)),
    )
    magic = b"II*\x00" if byte_order == "<" else b"MM\x00*"
    directory = b"".join(_tiff_entry(byte_order, *entry) for entry in entries)
    head = magic + struct.pack(f"{byte_order}IH", 8, len(entries)) + directory
    bits = struct.pack(f"{byte_order}HHH", 16, 16, 16)
    return head + struct.pack(f"{byte_order}I", 0) + bits + pixels


def _tiff_entry(byte_order, tag, kind, count, value):
    # A value of two bytes goes into the first two bytes of its field.
    fits = kind == 3 and count == 1
    packed = (
        struct.pack(f"{byte_order}HH", value, 0) if fits else struct.pack(f"{byte_order}I", value)
    )
    return struct.pack(f"{byte_order}HHI", tag, kind, count) + packed


def make_bomb(file_format, width=60000, height=60000):
    """Make a tiny file whose header claims `width` x `height` pixels."""
    if file_format == "PNG":
        return make_png(struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), b"\x00" * 64)
    if file_format == "GIF":
        return (
            b"GIF89a"
            + struct.pack("<HHBBB", width, height, 0x80, 0, 0)
            + bytes(6)
            + _gif_frame(width, height)
        )
    if file_format == "BMP":
        sizes = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 2835, 2835, 0, 0)
        return b"BM" + struct.pack("<IHHI", 54 + 64, 0, 0, 54) + sizes + bytes(64)
    if file_format == "TIFF":
        data = bytearray(make_deep_tiff(np.zeros((2, 2), np.uint16)))
        struct.pack_into("<I", data, 18, width)
        struct.pack_into("<I", data, 30, height)
        return bytes(data)
    if file_format == "JPEG":
        data = bytearray(encode_scene("JPEG"))
        at = data.index(b"\xff\xc0") + 5
        struct.pack_into(">HH", data, at, height, width)
        return bytes(data)
    if file_format == "WebP":
        return _patch_webp(min(width, 16383), min(height, 16383))
    data = bytearray(encode_scene("AVIF"))
    struct.pack_into(">II", data, data.index(b"ispe") + 8, min(width, 16384), min(height, 16384))
    return bytes(data)


def _gif_frame(width, height):
    # Disposal 2 makes readers allocate the whole frame while they read the header.
    control = b"\x21\xf9\x04\x08\x00\x00\x00\x00"
    return control + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\x00;"


def _patch_webp(width, height):
    data = bytearray(encode_scene("WebP"))
    at = data.index(b"\x9d\x01\x2a") + 3
    struct.pack_into("<HH", data, at, width, height)
    return bytes(data)


def mutate(data, seed, changes=12):
    """Overwrite, cut out or repeat some bytes of `data`, at random from a seed."""
    rng = np.random.default_rng(seed)
    hostile = bytearray(data)
    for at in rng.integers(0, len(hostile), changes):
        hostile[at] = rng.integers(0, 256)
    start, end = sorted(rng.integers(0, len(hostile), 2))
    kind = rng.integers(0, 4)
    if kind == 0:
        del hostile[start : min(end, start + 64)]
    elif kind == 1:
        hostile[start:start] = hostile[start : min(end, start + 64)]
    return bytes(hostile)


def decode(data, *, max_pixels=MAX_PIXELS, working_side=1920):
    """As workers do, in a confined process."""
    return share_decoder().decode(
        data, max_pixels=max_pixels, working_size=WorkingSize(working_side), seconds=120
    )


def assert_looks_like(picture, wanted, tolerance=12):
    assert picture.rgb.shape == wanted.shape
    difference = np.abs(picture.rgb.astype(int) - wanted.astype(int))
    assert difference.mean() < tolerance
