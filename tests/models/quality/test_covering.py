"""A smooth mouth is hidden, and so are eyes that are far darker than the cheeks."""

import cv2
import numpy as np
import pytest

from models.pictures.picture import Picture
from models.quality.covering import PLACES, SIDE, Covering, find_covering

# Eyes and corners of the mouth in a face of SIDE; the nose does not matter.
EYES, MOUTH = PLACES[:2], PLACES[2]
LIP = np.array([7, 0])
POINTS = np.array([*EYES, [22, 22], MOUTH - LIP, MOUTH + LIP], np.float32)
BELOW_THE_EYES = 20
COVERINGS = pytest.mark.parametrize(
    "covering",
    [Covering(), Covering(mouth=True), Covering(eyes=True)],
    ids=["seen", "mask", "glasses"],
)


def make_face(covering, size=1):
    """A face of noise, 100 pixels from the corner; a mask is smooth, and glasses are dark."""
    random = np.random.default_rng(3)
    face = random.integers(80, 255, (SIDE, SIDE, 3)).astype(np.uint8)
    if covering.mouth:
        face[BELOW_THE_EYES:] = (150, 195, 215)
    if covering.eyes:
        face[8:17] //= 4
    rgb = np.full((300, 300, 3), 90, np.uint8)
    rgb[100 : 100 + SIDE, 100 : 100 + SIDE] = face
    rgb = cv2.resize(rgb, (300 * size, 300 * size), interpolation=cv2.INTER_NEAREST)
    return Picture(rgb, 300 * size, 300 * size), (POINTS + 100) * size


@COVERINGS
@pytest.mark.parametrize("size", [1, 3])
def test_a_smooth_lower_half_hides_the_mouth_and_dark_glasses_the_eyes(covering, size):
    picture, points = make_face(covering, size)
    assert find_covering(picture, points) == covering


@COVERINGS
@pytest.mark.parametrize("degrees", [30, 90, 180])
def test_a_tilted_face_is_judged_like_an_upright_one(covering, degrees):
    picture, points = make_face(covering)
    turn = cv2.getRotationMatrix2D((150, 150), degrees, 1.0)
    rgb = cv2.warpAffine(picture.rgb, turn, (300, 300)).astype(np.uint8)
    turned = points @ turn[:, :2].T.astype(np.float32) + turn[:, 2].astype(np.float32)
    assert find_covering(Picture(rgb, 300, 300), turned) == covering


@COVERINGS
def test_points_are_in_pixels_of_the_full_picture(covering):
    picture, points = make_face(covering)
    assert find_covering(Picture(picture.rgb, 1200, 1200), points * 4) == covering


def test_an_even_face_hides_nothing():
    rgb = np.full((60, 60, 3), 128, np.uint8)
    assert find_covering(Picture(rgb, 60, 60), POINTS) == Covering()


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
    picture, _ = make_face(Covering(mouth=True))
    assert find_covering(picture, points) == Covering()


def test_a_face_beyond_the_edge_is_judged_by_what_is_seen():
    picture, points = make_face(Covering(mouth=True))
    rgb = np.ascontiguousarray(picture.rgb[110:, 110:])
    assert find_covering(Picture(rgb, 190, 190), points - 110) == Covering(mouth=True)
