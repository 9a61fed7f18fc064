"""Pictures of every mode look as they did before they were stored."""

import numpy as np
import pytest
from PIL import Image

from tests.support.media.sample_pictures import (
    assert_looks_like,
    decode,
    encode,
    make_deep_png,
    make_deep_tiff,
    make_scene,
)

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


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "I;16", "CMYK"])
def test_a_reduced_picture_of_any_mode_looks_the_same(mode):
    scene = make_scene(640, 400).convert("L" if mode == "I;16" else mode)
    small = np.asarray(scene.convert("RGB").resize((160, 100), Image.Resampling.BOX))
    if mode == "I;16":
        scene = Image.fromarray(np.asarray(scene).astype(np.uint16) * 257)
    picture = decode(encode(scene, "TIFF"), working_side=160)
    assert_looks_like(picture, small, tolerance=3)
