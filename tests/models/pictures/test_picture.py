"""Any file becomes an upright RGB picture or an error that tells the submitter what to do."""

import threading

import numpy as np
import pytest
from PIL import Image

from models.pictures.picture import Picture
from tests.support.media.sample_pictures import (
    FORMATS,
    assert_looks_like,
    decode,
    encode,
    encode_scene,
    encode_turned,
    make_scene,
)


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


@pytest.mark.parametrize(
    ("file_format", "mode", "size"),
    [
        ("JPEG", "RGB", (9_000, 6_000)),
        ("PNG", "L", (6_000, 4_500)),
        ("TIFF", "1", (6_000, 4_500)),
    ],
    ids=str,
)
def test_a_large_picture_is_read_at_a_working_size(file_format, mode, size):
    picture = decode(encode(Image.new(mode, size, 1), file_format))
    assert (picture.width_pixels, picture.height_pixels) == size
    assert 1920 <= picture.rgb.shape[1] < 2 * 1920


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
