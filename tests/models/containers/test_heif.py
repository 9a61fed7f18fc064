"""The images of a HEIC or AVIF, and the work of decoding them, are known before any is decoded."""

import numpy as np
import pytest

from models.containers.heif import split_heif
from models.containers.parts import ColorCode
from models.errors import TooLargeItem, UnreadableItem, UnsupportedItem
from tests.support.media.heif_files import box, make_heic
from tests.support.media.sample_pictures import decode, encode_scene, make_scene, mutate
from tests.support.media.tiff_files import make_exif

SCENE = np.asarray(make_scene())


def assert_looks_like(rgb, wanted):
    assert rgb.shape == wanted.shape
    assert np.abs(rgb.astype(int) - wanted).mean() < 6


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1"])
def test_a_still_is_read(brand):
    picture = decode(make_heic(brand=brand))
    assert (picture.width_pixels, picture.height_pixels) == (96, 64)
    assert_looks_like(picture.rgb, SCENE)


def test_a_grid_is_put_together():
    picture = decode(make_heic(columns=2, rows=3))
    assert_looks_like(picture.rgb, np.tile(SCENE, (3, 2, 1)))


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_turned_still_is_read_upright_whatever_exif_says(turns):
    exif = make_exif(orientation=6)
    picture = decode(make_heic(quarter_turns=turns, exif=exif))
    assert_looks_like(picture.rgb, np.rot90(SCENE, turns))
    assert (picture.width_pixels, picture.height_pixels) == picture.rgb.shape[1::-1]


def test_a_reduced_still_keeps_its_full_size():
    picture = decode(make_heic(columns=8, rows=8, quarter_turns=1), working_side=200)
    assert picture.rgb.shape == (256, 171, 3)
    assert (picture.width_pixels, picture.height_pixels) == (512, 768)


def test_work_is_that_of_all_tiles():
    parts = split_heif(make_heic(columns=4, rows=2, color=(12, 13)), "HEIC")
    assert (parts.width_pixels, parts.height_pixels) == (384, 128)
    assert parts.work_pixels == 384 * 128
    assert parts.color == ColorCode(12, 13)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"frames": 9}, "too many frames"), ({"columns": 120, "rows": 90}, "too many images")],
    ids=["frames", "tiles"],
)
def test_work_without_measure_is_refused(options, message):
    with pytest.raises(TooLargeItem, match=message):
        decode(make_heic(**options))


def test_more_pixels_than_allowed_are_refused():
    with pytest.raises(TooLargeItem, match="has 24576 pixels"):
        decode(make_heic(columns=2, rows=2), max_pixels=20_000)


@pytest.mark.parametrize("kind", [b"av01", b"jpeg", b"vvc1"])
def test_a_still_coded_in_another_way_is_unsupported(kind):
    with pytest.raises(UnsupportedItem, match="coded in a way"):
        decode(make_heic(kind=kind))


def test_a_sequence_without_a_still_is_unsupported():
    data = box(b"ftyp", b"msf1", bytes(4), b"hevc") + box(b"moov", box(b"mvhd", bytes(100)))
    with pytest.raises(UnsupportedItem, match="a sequence without a still"):
        decode(data)


@pytest.mark.parametrize("length", [40, 100, 300, 700])
def test_a_still_that_ends_early_is_unreadable(length):
    with pytest.raises(UnreadableItem):
        decode(make_heic()[:length])


@pytest.mark.parametrize("make", [make_heic, lambda: encode_scene("AVIF")], ids=["heic", "avif"])
def test_damaged_boxes_raise_nothing_but_item_errors(make):
    original = make()
    read = 0
    for seed in range(120):
        try:
            decode(mutate(original, seed), max_pixels=4_000_000)
        except (TooLargeItem, UnreadableItem, UnsupportedItem):
            continue
        read += 1
    assert read < 120
