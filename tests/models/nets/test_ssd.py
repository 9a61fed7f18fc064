"""The SSD's input and outputs on arrays."""

import numpy as np
import pytest

from models.face import Dropped
from models.graphs.graph import CPU
from models.nets.detections import Bounds
from models.nets.ssd import SsdDetector, prepare
from models.pictures.picture import Picture
from tests.support.models.packs import FakeGraph


def detect(*rows, smallest=1):
    """Rows of score and corners, as shares of a picture of 200 x 100 pixels."""
    output = np.array([[(0, 1, *row) for row in rows]], np.float32).reshape(1, 1, -1, 7)
    picture = Picture(np.zeros((50, 100, 3), np.uint8), 200, 100)
    detector = SsdDetector(FakeGraph(lambda inputs: [output]), Bounds(0.7, smallest))
    [found] = detector.detect([picture])
    return found


def test_a_picture_is_stretched_to_a_square_and_centered():
    rgb = np.full((50, 100, 3), (123, 117, 104), np.uint8)
    rgb[:, 50:] = (133, 117, 104)
    inputs = prepare(rgb)
    assert inputs.shape == (1, 3, 300, 300)
    assert np.allclose(inputs[0, :, 150, 0], 0)
    assert np.allclose(inputs[0, :, 150, 299], (0, 0, 10))


def test_faces_come_best_first_in_pixels_of_the_full_picture():
    found = detect((0.8, 0.5, 0.5, 0.75, 1.0), (0.9, 0.0, 0.1, 0.25, 0.6))
    first, second = found.faces
    assert (first.box.x, first.box.y, first.box.width, first.box.height) == (0, 10, 50, 50)
    assert (first.score, second.score) == pytest.approx((0.9, 0.8))
    assert second.box.x == 100


def test_landmarks_are_placed_as_in_an_upright_face():
    [face] = detect((0.9, 0.0, 0.0, 0.5, 1.0)).faces
    right_eye, left_eye, nose, right_mouth, left_mouth = face.landmarks
    assert 0 < right_eye[0] < nose[0] < left_eye[0] < 100
    assert 0 < right_eye[1] < nose[1] < right_mouth[1] < 100
    assert right_mouth[0] < left_mouth[0]


def test_what_is_unsure_small_or_no_number_is_left_out():
    rows = [
        (0.6, 0.0, 0.0, 0.5, 0.5),
        (0.3, 0.0, 0.0, 0.5, 0.5),
        (0.9, 0.0, 0.0, 0.05, 0.1),
        (float("nan"), 0.0, 0.0, 0.5, 0.5),
    ]
    found = detect(*rows, smallest=20)
    assert found.faces == []
    assert found.dropped == Dropped(too_small=1, too_unsure=1)


def test_it_takes_pictures_one_by_one():
    detector = SsdDetector(FakeGraph(lambda inputs: []), Bounds(0.7, 1))
    assert detector.batch_pictures == 1
    assert detector.detect([]) == []
    assert FakeGraph.provider == CPU
