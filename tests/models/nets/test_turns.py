"""Pictures that lie are noticed by their faces, searched upright, and described as they are."""

import numpy as np
import pytest

from models.nets.candidates import Candidates
from models.nets.detections import Bounds
from models.nets.detector import YunetDetector
from models.nets.turns import is_upright, turn_back, turn_picture
from models.pictures.picture import Picture
from tests.support.models.spots import LYING, UPRIGHT, SpotGraph, make_spots

SPOTS = [(300, 100, 80), (100, 350, 60)]
QUARTERS = pytest.mark.parametrize("turns", [1, 2, 3])


def detect(graph, *pictures):
    return YunetDetector(graph, 640, Bounds(0.7, 24)).detect(pictures)


def lay(picture, turns):
    """The picture as a camera stores it that was turned and does not say so."""
    return turn_picture(picture, -turns % 4)


@QUARTERS
def test_turning_moves_pixels_and_boxes_alike(turns):
    rgb = np.zeros((40, 60, 3), np.uint8)
    rgb[10:15, 20:30] = 255
    picture = Picture(rgb, 120, 80)
    turned = turn_picture(picture, turns)
    rows, columns = np.nonzero(turned.rgb[:, :, 0])
    box = 2 * np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], np.float32)
    points = np.repeat(box[np.newaxis, np.newaxis, :2], 5, axis=1)
    back = turn_back(Candidates(box[np.newaxis], np.ones(1, np.float32), points), turns, (120, 80))
    assert back.boxes.tolist() == [[40, 20, 60, 30]]
    corner = {1: [59, 20], 2: [59, 29], 3: [40, 29]}[turns]
    assert back.landmarks.tolist() == [[corner] * 5]
    assert (turned.width_pixels, turned.height_pixels) == ((120, 80) if turns == 2 else (80, 120))


@QUARTERS
def test_a_lying_picture_is_searched_upright_and_keeps_its_pixels(turns):
    lying = lay(make_spots(640, 480, SPOTS), turns)
    [found] = detect(SpotGraph(), lying)
    assert [face.score for face in found.faces] == pytest.approx([UPRIGHT] * 2)
    for face in found.faces:
        box = face.box
        inside = lying.rgb[box.y + 2 : box.y + box.height - 2, box.x + 2 : box.x + box.width - 2]
        assert np.ptp(inside, axis=2).min() > 200
    assert sorted(face.box.width for face in found.faces) == [60, 80]


def test_an_upright_picture_is_not_searched_again():
    graph = SpotGraph()
    detect(graph, make_spots(640, 480, SPOTS))
    assert len(graph.shapes) == 1


def test_a_picture_with_one_upright_face_is_upright():
    """Someone lies in it, which is no reason to turn it."""
    picture = make_spots(640, 480, [SPOTS[0]])
    picture.rgb[350:410, 100:130] = (255, 0, 0)
    picture.rgb[350:410, 130:160] = (0, 0, 255)
    graph = SpotGraph()
    [found] = detect(graph, picture)
    assert [face.score for face in found.faces] == pytest.approx([UPRIGHT, LYING])
    # The picture, and four times the face that is less sure.
    assert [max(shape[2:]) for shape in graph.shapes] == [640, *[128] * 4]


def test_unsure_faces_that_are_no_surer_when_turned_stay_as_they_are():
    """Spots of one color are never upright."""
    picture = make_spots(640, 480, [])
    picture.rgb[100:180, 300:380] = (255, 0, 0)
    graph = SpotGraph()
    [found] = detect(graph, picture)
    [face] = found.faces
    assert (face.score, face.box.width) == (pytest.approx(LYING), 80)
    # The picture, as it is and turned three ways, and four times its face.
    assert [max(shape[2:]) for shape in graph.shapes] == [640, 320, 320, 320, *[128] * 4]


def test_a_face_without_a_mouth_does_not_turn_a_picture():
    """A masked face on its head looks like one with a cap."""
    picture = make_spots(200, 200, [])
    picture.rgb[60:100, 60:140] = np.random.default_rng(2).integers(0, 255, (40, 80, 3))
    points = 60 + 80 * np.array(
        [[0.3, 0.25], [0.7, 0.25], [0.5, 0.5], [0.35, 0.75], [0.65, 0.75]], np.float32
    )
    sure, unsure = (
        Candidates(np.zeros((1, 4), np.float32), np.array([score], np.float32), points[np.newaxis])
        for score in (0.9, 0.8)
    )
    assert not is_upright(picture, sure, unsure)
    picture.rgb[100:140, 60:140] = picture.rgb[60:100, 60:140]
    assert is_upright(picture, sure, unsure)


def test_a_face_in_the_corner_of_a_lying_picture_is_found():
    lying = lay(make_spots(640, 480, [(0, 0, 80)]), 1)
    [found] = detect(SpotGraph(), lying)
    assert [face.score for face in found.faces] == pytest.approx([UPRIGHT])
