"""What is decoded without Pillow has the pixels that Pillow would give; the rest is left to it."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from models.file_kinds.kinds import JPEG
from models.pictures.files import split_file
from models.pictures.plain_jpeg import decode_plain_jpeg
from models.pictures.profiles import SRGB_CODE, make_profile
from models.pictures.working_size import WorkingSize
from tests.support.media.sample_pictures import encode, make_scene

WORKING = WorkingSize(96)


def decode_plainly(data: bytes) -> np.ndarray | None:
    return decode_plain_jpeg(split_file(JPEG, data), WORKING)


@pytest.mark.parametrize("size", [(96, 64), (97, 35), (250, 191), (500, 333), (1, 1)])
@pytest.mark.parametrize(
    "options",
    [
        {"quality": 90},
        {"quality": 30, "progressive": True},
        {"subsampling": 0},
        {"subsampling": 2, "comment": b"made for a test"},
    ],
    ids=["baseline", "progressive", "444", "metadata"],
)
def test_its_pixels_are_those_of_pillow(size: tuple[int, int], options: dict[str, object]) -> None:
    data = encode(make_scene(*size), "JPEG", **options)
    image = Image.open(BytesIO(data))
    factor = {96: 1, 97: 1, 250: 2, 500: 4, 1: 1}[size[0]]
    image.draft("RGB", (max(1, size[0] // factor), max(1, size[1] // factor)))
    assert np.array_equal(decode_plainly(data), np.asarray(image))


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_colors_are_left_to_pillow(mode: str) -> None:
    assert decode_plainly(encode(make_scene().convert(mode), "JPEG")) is None


def test_rgb_without_conversion_is_left_to_pillow() -> None:
    assert decode_plainly(encode(make_scene(), "JPEG", keep_rgb=True)) is None


def test_a_profile_that_changes_nothing_is_plain_and_another_is_not() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    linear = make_profile(SRGB_CODE, 1.0)
    assert decode_plainly(encode(make_scene(), "JPEG", icc_profile=srgb)) is not None
    assert decode_plainly(encode(make_scene(), "JPEG", icc_profile=linear)) is None


@pytest.mark.parametrize("cut", [2, 40, 0.5])
def test_what_is_not_whole_is_left_to_pillow(cut: float) -> None:
    data = encode(make_scene(400, 300), "JPEG")
    kept = len(data) - cut if cut >= 1 else int(len(data) * cut)
    assert decode_plainly(data[: int(kept)]) is None


def test_bytes_that_libjpeg_warns_of_are_left_to_pillow() -> None:
    data = encode(make_scene(400, 300), "JPEG")
    assert decode_plainly(data[:-2] + b"\x00\x00\x55\x55\xff\xd0\xff\xd9") is None
