"""The quality of real faces, of which each is made worse in one way."""

import os
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.face import Box, Detection, FaceQuality
from models.pictures.picture import Picture, decode_picture
from models.pictures.working_size import WorkingSize
from models.quality.measurement import measure_quality
from models.weights.catalog import SAMPLES
from models.weights.folder import default_weights_dir, require_file

# The landmarks of the astronaut, as the detector finds them.
POINTS = ((204, 107), (244, 111), (223, 137), (203, 151), (237, 154))
FACE = Detection(Box(174, 67, 92, 126), 0.94, POINTS)
Rgb = NDArray[np.uint8]


@pytest.fixture(scope="module")
def astronaut() -> Picture:
    [sample] = [one for one in SAMPLES if one.name.endswith("astronaut.png")]
    path = require_file(default_weights_dir(os.environ), sample)
    return decode_picture(path.read_bytes(), max_pixels=10_000_000, working_size=WorkingSize(1920))


def make_picture(rgb: NDArray[np.generic]) -> Picture:
    return Picture(rgb.astype(np.uint8), rgb.shape[1], rgb.shape[0])


def test_a_clear_face_is_large_sharp_bright_and_frontal(astronaut: Picture) -> None:
    quality = measure_quality(astronaut, FACE)
    assert quality.value > 0.9
    assert 35 < quality.eye_pixels < 45
    assert quality.sharpness > 0.5
    assert 0.3 < quality.brightness < 0.8
    assert abs(quality.pose.yaw) < 20
    assert abs(quality.pose.roll) < 10


def test_a_masked_face_has_a_hidden_mouth_unless_it_is_turned_away(astronaut: Picture) -> None:
    masked = astronaut.rgb.copy()
    cv2.fillConvexPoly(
        masked, np.array([(175, 132), (258, 132), (245, 185), (195, 185)]), (150, 195, 215)
    )
    turned = replace(FACE, landmarks=((204, 107), (224, 109), (230, 137), (203, 151), (219, 153)))
    assert not measure_quality(astronaut, FACE).mouth_hidden
    assert measure_quality(make_picture(masked), FACE).mouth_hidden
    assert not measure_quality(make_picture(masked), turned).mouth_hidden


def test_a_blurred_face_is_less_sharp_and_no_darker(astronaut: Picture) -> None:
    clear = measure_quality(astronaut, FACE)
    blurred = measure_quality(make_picture(cv2.GaussianBlur(astronaut.rgb, (0, 0), 6)), FACE)
    assert blurred.sharpness < clear.sharpness / 2
    assert blurred.value < 0.55
    assert blurred.brightness == pytest.approx(clear.brightness, abs=0.02)
    assert blurred.pose == clear.pose


def test_a_shaken_face_is_less_sharp_in_either_direction(astronaut: Picture) -> None:
    for shape in ((1, 25), (25, 1)):
        shaken = measure_quality(make_picture(cv2.blur(astronaut.rgb, shape)), FACE)
        assert shaken.sharpness < 0.3


def test_a_dark_face_has_less_brightness_contrast_and_value(astronaut: Picture) -> None:
    dark = measure_quality(make_picture(astronaut.rgb // 12), FACE)
    assert (dark.brightness < 0.1, dark.contrast < 0.05, dark.value < 0.5) == (True, True, True)


def test_a_small_face_is_measured_in_its_own_pixels(astronaut: Picture) -> None:
    small = cv2.resize(astronaut.rgb, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    points = tuple((x // 4, y // 4) for x, y in POINTS)
    quality = measure_quality(make_picture(small), replace(FACE, landmarks=points))
    assert 8 < quality.eye_pixels < 12
    assert quality.sharpness > 0.8
    assert quality.value < 0.8


def test_an_enlarged_face_gains_nothing_but_pixels(astronaut: Picture) -> None:
    small = cv2.resize(astronaut.rgb, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    large = cv2.resize(small, astronaut.rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    quality = measure_quality(make_picture(large), FACE)
    assert quality.sharpness < 0.5
    assert quality.value < 0.95


def test_a_picture_that_was_reduced_gives_about_the_same(astronaut: Picture) -> None:
    reduced = cv2.resize(astronaut.rgb, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    whole = measure_quality(astronaut, FACE)
    part = measure_quality(replace(astronaut, rgb=reduced.astype(np.uint8)), FACE)
    assert part.eye_pixels == whole.eye_pixels
    assert part.brightness == pytest.approx(whole.brightness, abs=0.02)
    assert part.value == pytest.approx(whole.value, abs=0.1)


@pytest.mark.parametrize(
    "points",
    [
        ((0, 0),) * 5,
        ((-300, -300), (-260, -300), (-280, -280), (-295, -260), (-265, -260)),
        ((9000, 10), (9040, 10), (9020, 30), (9005, 50), (9035, 50)),
        ((-50, -50), (5000, 0), (40, 6000), (-10, 9000), (900, 9000)),
    ],
    ids=["one point", "before the picture", "beyond it", "larger than it"],
)
@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 500, 3), (40, 40, 3)])
def test_any_landmarks_in_any_picture_have_a_quality(
    points: tuple[tuple[int, int], ...], shape: tuple[int, int, int]
) -> None:
    picture = make_picture(np.full(shape, 90))
    quality = measure_quality(picture, replace(FACE, landmarks=points))
    assert isinstance(quality, FaceQuality)
    assert quality.value == 0.0
