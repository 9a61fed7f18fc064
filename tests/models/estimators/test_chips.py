"""From a detection to the chips of all estimators."""

import numpy as np
import pytest

from models.estimators.averaging import take_looks
from models.estimators.chips import plan_chips
from models.face import Box, Detection
from models.packs.parts import Crop
from models.pictures.picture import Picture
from tests.support.models.packs import make_part

LANDMARKS = ((40, 40), (60, 40), (50, 52), (42, 62), (58, 62))


def plan(*crops, **fields):
    return plan_chips([make_part(f"e{i}", crop=crop, **fields) for i, crop in enumerate(crops)])


def detect(x=30, y=30, width=40, height=40):
    return Detection(Box(x, y, width, height), 0.9, LANDMARKS)


def make_picture(scale=1):
    rgb = np.random.default_rng(7).integers(0, 256, (100, 100, 3), dtype=np.uint8)
    return Picture(rgb, 100 * scale, 100 * scale)


def test_crops_that_differ_in_size_only_are_cut_once():
    planned = plan(Crop("aligned", 64, 1.05), Crop("aligned", 32, 1.05), Crop("aligned", 112, 1.05))
    assert planned.crops == (Crop("aligned", 112, 1.05),)
    faces = [planned.cut(make_picture(), detect())] * 3
    shapes = [planned.gather(faces, index).shape for index in range(3)]
    assert shapes == [(3, 64, 64, 3), (3, 32, 32, 3), (3, 112, 112, 3)]


def test_crops_of_different_places_are_cut_apart():
    planned = plan(Crop("aligned", 64), Crop("aligned", 64, 1.05), Crop("box", 64))
    chips = planned.cut(make_picture(), detect())
    assert len(chips) == 3
    assert not np.array_equal(chips[0], chips[1])


def test_a_box_is_cut_with_its_padding():
    picture = make_picture()
    planned = plan(Crop("box", 60, padding_pixels=10))
    [chip] = planned.cut(picture, detect())
    assert np.array_equal(chip, picture.rgb[20:80, 20:80])
    [shared] = plan(Crop("box", 60, padding_share=0.25)).cut(picture, detect())
    assert np.array_equal(shared, chip)


def test_padding_is_in_pixels_of_the_full_picture():
    picture = make_picture(scale=2)
    [chip] = plan(Crop("box", 60, padding_pixels=20)).cut(picture, detect(60, 60, 80, 80))
    assert np.array_equal(chip, picture.rgb[20:80, 20:80])


@pytest.mark.parametrize(
    "box", [(0, 0, 5, 5), (95, 95, 30, 30), (0, 0, 100, 100), (99, 99, 1, 1)], ids=str
)
def test_a_padded_box_is_clipped_to_the_picture(box):
    [chip] = plan(Crop("box", 16, padding_pixels=20)).cut(make_picture(), detect(*box))
    assert chip.shape == (16, 16, 3)


def look_in_sizes(averaging):
    """What an estimator looks at, and the same face as plain chips, larger and smaller."""
    y, x = np.mgrid[0:100, 0:100]
    picture = Picture(np.stack([x * 2, y * 2, x + y], axis=-1).astype(np.uint8), 100, 100)
    crop = Crop("aligned", 40, 1.1, down=0.02)
    part = make_part(crop=crop, averaging=averaging)
    wide = plan_chips([part])
    plain = [
        plan(Crop("aligned", 40, 1.1 * zoom, down=0.02 * zoom)).cut(picture, detect())[0]
        for zoom in (1.05, 1 / 1.05)
    ]
    return take_looks(wide.gather([wide.cut(picture, detect())], 0), part), plain


def are_alike(look, plain):
    return look.shape == (1, 40, 40, 3) and np.abs(look[0] - plain.astype(int)).mean() < 2


def test_looks_of_two_sizes_are_a_little_larger_and_mirrored_a_little_smaller():
    [one, other], [larger, smaller] = look_in_sizes("sizes")
    assert are_alike(one, larger)
    assert are_alike(other, smaller[:, ::-1])


def test_mirrored_sizes_are_both_sizes_and_their_mirror_images():
    looks, [larger, smaller] = look_in_sizes("mirrored_sizes")
    assert len(looks) == 4
    for look, plain in zip(
        looks, (larger, smaller, larger[:, ::-1], smaller[:, ::-1]), strict=True
    ):
        assert are_alike(look, plain)


@pytest.mark.parametrize(
    "crop", [Crop("aligned", 40, 1.1), Crop("box", 40, padding_pixels=2)], ids=["aligned", "box"]
)
def test_the_middle_of_ten_crops_is_the_plain_chip(crop):
    y, x = np.mgrid[0:100, 0:100]
    rgb = np.stack([x * 2, y * 2, x + y], axis=-1).astype(np.uint8)
    picture = Picture(rgb, 100, 100)
    [plain] = plan(crop).cut(picture, detect())
    [wide] = plan(crop, averaging="ten_crop").cut(picture, detect())
    edge = (len(wide) - 40) // 2
    assert len(wide) == 45
    middle = wide[edge : edge + 40, edge : edge + 40]
    assert np.abs(middle.astype(int) - plain.astype(int)).mean() < 3
