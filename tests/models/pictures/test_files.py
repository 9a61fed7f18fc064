"""A picture that is served has its pixels, orientation and colors, and nothing else."""

import io

import numpy as np
import pytest
from PIL import Image

from models.containers.parts import EXIF_MARK
from models.errors import ItemError
from models.pictures.files import strip_metadata
from models.pictures.profiles import PRIMARIES, srgb_curve, write_profile
from tests.support.media.heif_files import make_heic
from tests.support.media.sample_pictures import decode, encode, encode_scene, make_scene, mutate
from tests.support.media.tiff_files import make_exif

PLACE = b"48.8584N 2.2945E"
XMP = b"<x:xmpmeta>" + PLACE + b"</x:xmpmeta>"
P3 = write_profile(PRIMARIES[12], srgb_curve)


def make_telling(file_format, orientation=6):
    """A picture that says where it was taken, in all places that its format has."""
    exif = make_exif(taken="2024:07:01 00:30:00", orientation=orientation, gps=True)
    assert PLACE in exif
    options = {"exif": EXIF_MARK + exif, "icc_profile": P3}
    if file_format in ("JPEG", "WebP", "AVIF"):
        options["xmp"] = XMP
    if file_format == "JPEG":
        options["comment"] = PLACE
    return encode(make_scene(), file_format, **options)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WebP", "AVIF"])
def test_nothing_tells_where_a_served_picture_was_taken(file_format):
    data = make_telling(file_format)
    assert PLACE in data
    served = strip_metadata(data)
    assert PLACE not in served
    assert b"2024" not in served
    with Image.open(io.BytesIO(served)) as image:
        assert image.format == file_format.upper()
        assert image.info["icc_profile"] == P3
        assert dict(image.getexif()) == {274: 6}
        assert "xmp" not in image.info


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WebP", "AVIF", "GIF", "BMP"])
def test_a_served_picture_has_the_same_pixels(file_format):
    data = encode_scene(file_format)
    assert np.array_equal(decode(strip_metadata(data)).rgb, decode(data).rgb)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WebP", "AVIF"])
def test_a_served_picture_is_analyzed_as_the_original_is(file_format):
    data = make_telling(file_format)
    assert np.array_equal(decode(strip_metadata(data)).rgb, decode(data).rgb)


def test_of_several_pictures_in_a_jpeg_only_the_first_is_served():
    other = Image.new("RGB", (20, 20), "black")
    data = encode(make_scene(), "MPO", save_all=True, append_images=[other])
    served = strip_metadata(data + b"\xff\xd8\xff\xe1" + PLACE)
    assert len(served) < len(encode_scene("JPEG")) + 100
    assert PLACE not in served


def test_comments_of_a_gif_are_left_out():
    data = encode(make_scene().quantize(64), "GIF", comment=PLACE)
    assert PLACE in data
    assert PLACE not in strip_metadata(data)


def test_text_behind_a_png_is_left_out():
    assert strip_metadata(encode_scene("PNG") + PLACE).endswith(b"IEND\xaeB`\x82")


def test_the_metadata_of_a_heic_is_set_to_zero():
    data = make_heic(exif=make_exif(gps=True), xmp=XMP, quarter_turns=1)
    served = strip_metadata(data)
    assert PLACE in data
    assert PLACE not in served
    assert np.array_equal(decode(served).rgb, decode(data).rgb)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WebP", "AVIF", "GIF", "BMP"])
def test_a_damaged_picture_is_served_stripped_or_not_at_all(file_format):
    original = (
        make_telling(file_format)
        if file_format not in ("GIF", "BMP")
        else encode_scene(file_format)
    )
    stripped = 0
    for seed in range(100):
        try:
            served = strip_metadata(mutate(original, seed))
        except ItemError:
            continue
        stripped += 1
        assert isinstance(served, bytes)
    assert stripped
