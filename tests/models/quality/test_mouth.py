"""A mouth is hidden where there is far less detail than around the eyes."""

import cv2
import numpy as np
import pytest

from models.pictures.picture import Picture
from models.quality.mouth import PLACES, SIDE, hides_mouth

# Eyes and corners of the mouth in a face of SIDE; the nose does not matter.
EYES, MOUTH = PLACES[:2], PLACES[2]
LIP = np.array([7, 0])
POINTS = np.array([*EYES, [22, 22], MOUTH - LIP, MOUTH + LIP], np.float32)
BELOW_THE_EYES = 20


def make_face(*, masked, size=1):
    """A face of noise, 100 pixels from the corner; a mask is smooth."""
    random = np.random.default_rng(3)
    face = random.integers(0, 255, (SIDE, SIDE, 3)).astype(np.uint8)
    if masked:
        face[BELOW_THE_EYES:] = (150, 195, 215)
    rgb = np.full((300, 300, 3), 90, np.uint8)
    rgb[100 : 100 + SIDE, 100 : 100 + SIDE] = face
    rgb = cv2.resize(rgb, (300 * size, 300 * size), interpolation=cv2.INTER_NEAREST)
    return Picture(rgb, 300 * size, 300 * size), (POINTS + 100) * size


@pytest.mark.parametrize("masked", [False, True], ids=["seen", "hidden"])
@pytest.mark.parametrize("size", [1, 3])
def test_a_smooth_lower_half_hides_the_mouth(masked, size):
    picture, points = make_face(masked=masked, size=size)
    assert hides_mouth(picture, points) == masked


@pytest.mark.parametrize("masked", [False, True], ids=["seen", "hidden"])
@pytest.mark.parametrize("degrees", [30, 90, 180])
def test_a_tilted_face_is_judged_like_an_upright_one(masked, degrees):
    picture, points = make_face(masked=masked)
    turn = cv2.getRotationMatrix2D((150, 150), degrees, 1.0)
    rgb = cv2.warpAffine(picture.rgb, turn, (300, 300)).astype(np.uint8)
    turned = points @ turn[:, :2].T.astype(np.float32) + turn[:, 2].astype(np.float32)
    assert hides_mouth(Picture(rgb, 300, 300), turned) == masked


@pytest.mark.parametrize("masked", [False, True], ids=["seen", "hidden"])
def test_points_are_in_pixels_of_the_full_picture(masked):
    picture, points = make_face(masked=masked)
    assert hides_mouth(Picture(picture.rgb, 1200, 1200), points * 4) == masked


def test_an_even_face_hides_nothing_more_than_its_eyes():
    rgb = np.full((60, 60, 3), 128, np.uint8)
    assert not hides_mouth(Picture(rgb, 60, 60), POINTS)


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((5, 2), np.float32),
        np.full((5, 2), 1e4, np.float32),
        np.array([[0, 0], [20, 0], [40, 0], [60, 0], [80, 0]], np.float32),
    ],
    ids=["one-point", "far-outside", "a-line"],
)
def test_points_that_are_no_face_hide_nothing(points):
    picture, _ = make_face(masked=True)
    assert not hides_mouth(picture, points)


def test_a_face_beyond_the_edge_is_judged_by_what_is_seen():
    picture, points = make_face(masked=True)
    rgb = np.ascontiguousarray(picture.rgb[110:, 110:])
    assert hides_mouth(Picture(rgb, 190, 190), points - 110)
