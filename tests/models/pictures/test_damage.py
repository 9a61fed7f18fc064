"""A damaged file is read as far as it can be, or ends in an error that says what to do."""

import time
import zlib

import numpy as np
import pytest

from models.containers.png import write_chunk
from models.errors import ItemError, TooLargeItem, UnreadableItem, UnsupportedItem
from tests.support.media.sample_pictures import (
    FORMATS,
    assert_looks_like,
    decode,
    encode,
    encode_scene,
    make_bomb,
    make_scene,
    mutate,
)


@pytest.mark.parametrize("exif", [b"Exif\x00\x00garbage", b"Exif\x00\x00MM\x00*\xff\xff\xff\xff"])
def test_damaged_metadata_does_not_cost_the_picture(exif):
    assert_looks_like(decode(encode_scene("JPEG", exif=exif)), np.asarray(make_scene()))


@pytest.mark.parametrize("file_format", FORMATS)
def test_half_a_file_is_unreadable(file_format):
    data = encode_scene(file_format, 320, 200)
    with pytest.raises(UnreadableItem, match=f"{file_format} picture is truncated or damaged"):
        decode(data[: len(data) // 2])


@pytest.mark.parametrize("missing", [1, 2])
@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["baseline", "progressive"])
def test_a_jpeg_without_its_end_is_read(missing, options):
    data = encode_scene("JPEG", 320, 200, **options)
    assert np.array_equal(decode(data[:-missing]).rgb, decode(data).rgb)


@pytest.mark.parametrize("missing", [4, 10, 100, 1000])
@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["baseline", "progressive"])
def test_a_jpeg_without_its_last_pixels_is_unreadable(missing, options):
    data = encode_scene("JPEG", 320, 200, **options)
    with pytest.raises(UnreadableItem, match="JPEG picture is truncated or damaged"):
        decode(data[:-missing])


@pytest.mark.parametrize(
    "segment",
    [
        b"\xff\xe2\x00\x10ICC_PROFILE\x00\x01",
        b"\xff\xe2\x00\x0fICC_PROFILE\x00\x01",
        b"\xff\xe1\x00\x08Exif\x00\x00",
        b"\xff\xe1\x00\x02",
        b"\xff\xed\x00\x10Photoshop 3.0\x00",
        b"\xff\xee\x00\x05Ado",
        b"\xff\xe0\x00\x04JF",
        b"\xff\xfe\x00\x06\xff\xd9\xff\xda",
        b"\xff\xfe\x00\x02garbage",
    ],
)
def test_damaged_segments_cost_a_jpeg_nothing(segment):
    data = encode_scene("JPEG")
    picture = decode(data[:2] + segment + data[2:])
    assert np.array_equal(picture.rgb, decode(data).rgb)


@pytest.mark.parametrize(
    ("at", "value", "message"),
    [(0, b"\xff\xc3", "lossless"), (4, b"\x0c", "of 12 bits"), (9, b"\x02", "of 2 channels")],
    ids=["lossless", "deep", "two-channels"],
)
def test_a_kind_of_jpeg_that_is_not_read_is_unsupported(at, value, message):
    data = bytearray(encode_scene("JPEG"))
    start = data.index(b"\xff\xc0") + at
    data[start : start + len(value)] = value
    with pytest.raises(UnsupportedItem, match=message):
        decode(bytes(data))


def test_a_jpeg_of_many_scans_is_refused_before_it_is_decoded():
    data = encode_scene("JPEG", 2000, 2000, progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    hostile = data[:-2] + scan * 15_000 + b"\xff\xd9"
    with pytest.raises(TooLargeItem, match="in all of its scans or tiles"):
        decode(hostile)


@pytest.mark.parametrize(
    "chunk",
    [
        write_chunk(b"iCCP", b"large\x00\x00" + zlib.compress(bytes(2 << 20))),
        write_chunk(b"iCCP", b"icc\x00\x00damaged"),
        write_chunk(b"zTXt", b"bomb\x00\x00" + zlib.compress(bytes(8 << 20))),
        write_chunk(b"tEXt", b"a\x00b")[:-4] + bytes(4),
        write_chunk(b"gAMA", bytes(4)),
        write_chunk(b"eXIf", b"MM\x00*\xff\xff\xff\xff"),
        write_chunk(b"tRNS", b"\x00")[:-4] + bytes(4),
    ],
    ids=["large", "profile", "bomb", "checksum", "gamma", "exif", "transparency"],
)
def test_large_or_damaged_chunks_cost_a_png_nothing(chunk):
    data = encode_scene("PNG")
    picture = decode(data[:33] + chunk + data[33:])
    assert np.array_equal(picture.rgb, np.asarray(make_scene()))


def test_a_png_without_its_end_is_read():
    assert np.array_equal(decode(encode_scene("PNG")[:-12]).rgb, np.asarray(make_scene()))


@pytest.mark.parametrize(
    ("file_format", "part"),
    [
        ("JPEG", b"\xff\xfe\x00\x02"),
        ("PNG", write_chunk(b"tEXt", b"")),
        ("WebP", b"XYZW" + bytes(4)),
        ("GIF", b"\x21\xfe\x00"),
    ],
)
def test_a_file_of_very_many_parts_is_refused(file_format, part):
    data = encode_scene(file_format)
    at = {"JPEG": 2, "PNG": 33, "WebP": 12, "GIF": 13 + 3 * 64}[file_format]
    with pytest.raises(TooLargeItem, match="parts"):
        decode(data[:at] + part * 250_000 + data[at:])


def test_run_lengths_that_take_long_are_refused():
    data = bytearray(encode(make_scene().convert("P"), "BMP"))
    data[30] = 1
    with pytest.raises(TooLargeItem, match="run lengths"):
        decode(bytes(data) + bytes(9 << 20))


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_header_alone_is_unreadable(file_format):
    with pytest.raises(UnreadableItem):
        decode(encode_scene(file_format)[:20])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"Dear all,\nplease find the photographs attached.\n", "is text"),
        ("Gr\u00fc\u00dfe".encode(), "is text"),
        (bytes(100), "is not a picture that Facetally can read"),
        (b"\xff\xd8", "is not a picture that Facetally can read"),
    ],
    ids=["empty", "text", "text-utf8", "zeros", "two-bytes"],
)
def test_bytes_that_are_not_a_picture_are_unreadable(data, sentence):
    with pytest.raises(UnreadableItem, match=sentence):
        decode(data)


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_bomb_is_refused_from_its_header(file_format):
    started = time.perf_counter()
    with pytest.raises(TooLargeItem, match=r"has \d{8,} pixels and at most 50000000 are allowed"):
        decode(make_bomb(file_format), max_pixels=50_000_000)
    assert time.perf_counter() - started < 1.0


def test_the_limit_itself_is_still_taken():
    data = encode_scene("PNG", 100, 50)
    assert decode(data, max_pixels=5000).width_pixels == 100
    with pytest.raises(TooLargeItem, match="has 5000 pixels and at most 4999 are allowed"):
        decode(data, max_pixels=4999)


@pytest.mark.parametrize("file_format", FORMATS)
def test_hostile_bytes_never_raise_anything_but_an_item_error(file_format):
    original = encode_scene(file_format)
    read = 0
    for seed in range(150):
        try:
            picture = decode(mutate(original, seed), max_pixels=4_000_000, working_side=64)
        except ItemError:
            continue
        read += 1
        assert picture.rgb.size
    assert read < 150
