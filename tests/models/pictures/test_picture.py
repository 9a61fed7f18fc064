"""Any file becomes an upright RGB picture or an error that tells the submitter what to do."""

import threading
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from models.containers.png import write_chunk
from models.errors import ItemError, TooLargeItem, UnreadableItem, UnsupportedItem
from models.pictures.picture import Picture
from tests.support.sample_pictures import (
    decode,
    encode,
    encode_scene,
    encode_turned,
    make_bomb,
    make_deep_png,
    make_deep_tiff,
    make_scene,
    mutate,
)

FORMATS = ("JPEG", "PNG", "WebP", "BMP", "TIFF", "GIF", "AVIF")


def assert_looks_like(picture, wanted, tolerance=12):
    assert picture.rgb.shape == wanted.shape
    difference = np.abs(picture.rgb.astype(int) - wanted.astype(int))
    assert difference.mean() < tolerance


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_is_read(file_format):
    picture = decode(encode_scene(file_format))
    assert (picture.width_pixels, picture.height_pixels) == (96, 64)
    assert picture.rgb.dtype == np.uint8
    assert picture.rgb.flags.c_contiguous
    assert_looks_like(picture, np.asarray(make_scene()))


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_picture_of_one_pixel_is_read(file_format):
    picture = decode(encode_scene(file_format, 1, 1))
    assert picture.rgb.shape == (1, 1, 3)
    assert picture.scale == 1.0


@pytest.mark.parametrize("file_format", ["GIF", "WebP", "AVIF", "PNG", "TIFF"])
def test_of_an_animation_the_first_frame_is_read(file_format):
    frames = [make_scene(seed=7), Image.new("RGB", (96, 64), "black")]
    data = encode(frames[0], file_format, save_all=True, append_images=frames[1:])
    assert_looks_like(decode(data), np.asarray(frames[0]))


def test_of_a_multi_picture_jpeg_the_first_picture_is_read():
    other = Image.new("RGB", (20, 20), "black")
    data = encode(make_scene(), "MPO", save_all=True, append_images=[other])
    assert_looks_like(decode(data), np.asarray(make_scene()))


GRAY = np.asarray(make_scene().convert("L"))
RGB = np.asarray(make_scene())


@pytest.mark.parametrize(
    ("mode", "file_format"),
    [
        ("1", "PNG"),
        ("1", "TIFF"),
        ("L", "PNG"),
        ("L", "JPEG"),
        ("L", "TIFF"),
        ("L", "BMP"),
        ("LA", "PNG"),
        ("LA", "TIFF"),
        ("P", "PNG"),
        ("P", "TIFF"),
        ("P", "BMP"),
        ("RGBA", "PNG"),
        ("RGBA", "WebP"),
        ("RGBA", "TIFF"),
        ("RGBA", "AVIF"),
        ("CMYK", "JPEG"),
        ("CMYK", "TIFF"),
        ("YCbCr", "TIFF"),
        ("I", "TIFF"),
        ("F", "TIFF"),
        ("I;16", "PNG"),
        ("I;16", "TIFF"),
    ],
    ids="-".join,
)
def test_every_mode_looks_as_it_did_before_it_was_stored(mode, file_format):
    image = make_scene().convert("L" if mode == "I;16" else mode)
    seen = np.asarray(image.convert("RGB"))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    assert_looks_like(decode(encode(image, file_format)), seen, tolerance=8)


@pytest.mark.parametrize(
    ("samples", "wanted"),
    [(GRAY, np.stack([GRAY] * 3, axis=2)), (RGB, RGB)],
    ids=["gray", "rgb"],
)
@pytest.mark.parametrize(
    "make",
    [make_deep_png, make_deep_tiff, lambda samples: make_deep_tiff(samples, ">")],
    ids=["png", "tiff-little-endian", "tiff-big-endian"],
)
def test_16_bits_look_like_their_8_bit_twin(make, samples, wanted):
    picture = decode(make(samples.astype(np.uint16) * 257))
    assert np.array_equal(picture.rgb, wanted)


@pytest.mark.parametrize(
    ("top", "dtype"),
    [(1.0, np.float32), (255.0, np.float32), (65535.0, np.float32), (65535, np.int32)],
    ids=["shares", "byte-range", "deep-range", "whole-numbers"],
)
def test_numbers_without_a_range_take_the_least_usual_one(top, dtype):
    samples = (GRAY / GRAY.max() * top).astype(dtype)
    picture = decode(encode(Image.fromarray(samples), "TIFF"))
    wanted = np.rint(GRAY / GRAY.max() * 255)
    assert np.abs(picture.rgb[:, :, 0] - wanted).max() <= 1


def test_samples_that_are_not_numbers_become_black():
    samples = np.full((8, 8), np.nan, np.float32)
    assert decode(encode(Image.fromarray(samples), "TIFF")).rgb.max() == 0


@pytest.mark.parametrize("file_format", ["PNG", "WebP", "TIFF", "AVIF"])
def test_transparent_pixels_are_shown_on_white(file_format):
    image = make_scene().convert("RGBA")
    image.putalpha(0)
    image.putpixel((0, 0), (250, 10, 10, 255))
    picture = decode(encode(image, file_format))
    assert picture.rgb[8:, 8:].min() >= 250


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "AVIF"])
def test_alpha_of_zeros_alone_is_no_alpha(file_format):
    image = make_scene().convert("RGBA")
    image.putalpha(0)
    assert_looks_like(decode(encode(image, file_format)), np.asarray(make_scene()))


def test_a_transparent_palette_entry_is_seen_on_white():
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 200, 0, 0])
    picture = decode(encode(image, "PNG", transparency=1))
    assert picture.rgb.min() == 255


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WebP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_read_upright(file_format, orientation):
    picture = decode(encode_turned(file_format, orientation))
    assert (picture.width_pixels, picture.height_pixels) == (96, 64)
    assert_looks_like(picture, np.asarray(make_scene()))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF"])
def test_a_turned_picture_is_read_upright_when_it_is_reduced_too(file_format):
    picture = decode(encode_turned(file_format, 6, 640, 400), working_side=160)
    assert picture.rgb.shape == (100, 160, 3)
    assert (picture.width_pixels, picture.height_pixels, picture.scale) == (640, 400, 4.0)
    small = np.asarray(make_scene(640, 400).resize((160, 100), Image.Resampling.BOX))
    assert_looks_like(picture, small)


@pytest.mark.parametrize("exif", [b"Exif\x00\x00garbage", b"Exif\x00\x00MM\x00*\xff\xff\xff\xff"])
def test_damaged_metadata_does_not_cost_the_picture(exif):
    assert_looks_like(decode(encode_scene("JPEG", exif=exif)), np.asarray(make_scene()))


@pytest.mark.parametrize(
    ("file_format", "size", "working_side", "wanted"),
    [
        ("JPEG", (640, 400), 641, (640, 400)),
        ("JPEG", (640, 400), 320, (320, 200)),
        ("JPEG", (640, 400), 200, (320, 200)),
        ("JPEG", (800, 3), 100, (100, 1)),
        ("JPEG", (1600, 1000), 100, (100, 63)),
        ("PNG", (640, 400), 200, (214, 134)),
        ("PNG", (3, 800), 100, (1, 100)),
        ("GIF", (640, 400), 160, (160, 100)),
    ],
    ids=str,
)
def test_a_picture_is_reduced_while_its_longer_side_suffices(
    file_format, size, working_side, wanted
):
    picture = decode(encode_scene(file_format, *size), working_side=working_side)
    assert picture.rgb.shape == (wanted[1], wanted[0], 3)
    assert (picture.width_pixels, picture.height_pixels) == size
    assert picture.scale == pytest.approx(max(size) / max(wanted))


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "I;16", "CMYK"])
def test_a_reduced_picture_of_any_mode_looks_the_same(mode):
    scene = make_scene(640, 400).convert("L" if mode == "I;16" else mode)
    small = np.asarray(scene.convert("RGB").resize((160, 100), Image.Resampling.BOX))
    if mode == "I;16":
        scene = Image.fromarray(np.asarray(scene).astype(np.uint16) * 257)
    picture = decode(encode(scene, "TIFF"), working_side=160)
    assert_looks_like(picture, small, tolerance=3)


@pytest.mark.parametrize(
    ("file_format", "mode"), [("JPEG", "RGB"), ("PNG", "L"), ("TIFF", "1")], ids=str
)
def test_a_picture_of_12000_by_9000_is_read_at_a_working_size(file_format, mode):
    data = encode(Image.new(mode, (12_000, 9_000), 1), file_format)
    picture = decode(data)
    assert (picture.width_pixels, picture.height_pixels) == (12_000, 9_000)
    assert 1920 <= picture.rgb.shape[1] < 2 * 1920


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
        write_chunk(b"zTXt", b"bomb\x00\x00" + zlib.compress(bytes(64 << 20))),
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


def test_two_threads_decode_at_once():
    jobs = [(name, encode_turned(name, 6)) for name in ("JPEG", "PNG", "WebP", "TIFF")]
    alone = {name: decode(data).rgb for name, data in jobs}
    wrong = []

    def work():
        for name, data in jobs * 5:
            if not np.array_equal(decode(data).rgb, alone[name]):
                wrong.append(name)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    "rgb",
    [np.zeros((2, 2), np.uint8), np.zeros((2, 2, 3), np.float32), np.zeros((0, 2, 3), np.uint8)],
    ids=["gray", "float", "empty"],
)
def test_a_picture_refuses_pixels_of_another_shape(rgb):
    with pytest.raises(ValueError, match="Picture must"):
        Picture(rgb, 2, 2)
