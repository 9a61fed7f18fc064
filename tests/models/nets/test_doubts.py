"""Unsure faces are looked at again, cut out and mirrored."""

import numpy as np
import pytest

from models.face import Dropped
from models.nets.candidates import Candidates
from models.nets.detections import Bounds
from models.nets.detector import YunetDetector
from models.nets.doubts import (
    CUT_SIDES,
    LEAST_SCORE,
    LOOKS,
    SURE_SCORE,
    find_doubtful,
    needs_check,
    show_again,
)
from models.pictures.picture import Picture
from tests.support.models.spots import LYING, SpotGraph, make_spots


class Forgetful(SpotGraph):
    """Finds nothing in a small input, as if a face had only been an impression from afar."""

    def run(self, inputs):
        return super().run(inputs if max(inputs.shape[2:]) > 128 else np.zeros_like(inputs))


def make_face(score, x=0.0, y=0.0):
    """A face of side 1 around (x, y)."""
    box = np.array([[x - 0.5, y - 0.5, x + 0.5, y + 0.5]], np.float32)
    return Candidates(box, np.array([score], np.float32), np.full((1, 5, 2), x, np.float32))


def make_lying(*spots):
    """Spots of one color: faces that are never sure."""
    picture = make_spots(640, 480, [])
    for left, top, side in spots:
        picture.rgb[top : top + side, left : left + side] = (255, 0, 0)
    return picture


def detect(graph, picture):
    [found] = YunetDetector(graph, 640, Bounds(0.7, 24)).detect([picture])
    return found


def test_an_unsure_face_that_is_found_again_counts():
    found = detect(SpotGraph(), make_lying((100, 100, 60), (10, 390, 80)))
    assert [face.score for face in found.faces] == pytest.approx([LYING, LYING])
    assert found.dropped == Dropped()


def test_an_unsure_face_that_is_not_found_again_is_dropped_as_too_unsure():
    found = detect(Forgetful(), make_lying((100, 100, 60), (10, 390, 80)))
    assert (found.faces, found.dropped) == ([], Dropped(too_unsure=2))


def test_a_face_that_the_edge_cuts_is_not_looked_at_again():
    found = detect(Forgetful(), make_lying((0, 100, 60), (300, 420, 60)))
    assert len(found.faces) == 2


def test_a_sure_face_is_not_looked_at_again():
    found = detect(Forgetful(), make_spots(640, 480, [(100, 100, 60)]))
    assert len(found.faces) == 1


def test_a_face_with_a_narrow_box_is_not_looked_at_again():
    """One of its sides is hidden or turned away."""
    picture = make_lying()
    picture.rgb[100:190, 100:160] = (255, 0, 0)
    assert len(detect(Forgetful(), picture).faces) == 1


def test_a_face_without_a_mouth_is_not_looked_at_again():
    """It is masked: smooth where the mouth should be, unlike around the eyes."""
    random = np.random.default_rng(1)
    picture = make_spots(640, 480, [])
    picture.rgb[100:132, 100:160] = random.integers(0, 255, (32, 60, 3))
    points = 100 + 60 * np.array(
        [[0.3, 0.25], [0.7, 0.25], [0.5, 0.5], [0.35, 0.75], [0.65, 0.75]], np.float32
    )
    box = np.array([[100, 100, 160, 160]], np.float32)
    masked = Candidates(box, np.array([0.8], np.float32), points[np.newaxis])
    assert needs_check(masked, picture, 0.7).tolist() == [False]
    picture.rgb[132:160, 100:160] = random.integers(0, 255, (28, 60, 3))
    assert needs_check(masked, picture, 0.7).tolist() == [True]


@pytest.mark.parametrize(
    ("as_it_is", "mirrored", "doubtful"),
    [
        (LEAST_SCORE + 0.01, LEAST_SCORE + 0.01, False),
        (LEAST_SCORE - 0.1, LEAST_SCORE + 0.11, False),
        (LEAST_SCORE - 0.1, LEAST_SCORE + 0.09, True),
        (SURE_SCORE, 0.0, True),
    ],
    ids=["both", "on-average", "too-little", "one-only"],
)
@pytest.mark.parametrize("lit", [False, True], ids=["as-it-is", "with-spread-light"])
def test_the_mean_of_a_look_and_its_mirror_image_counts(as_it_is, mirrored, doubtful, lit):
    middle = CUT_SIDES / 2
    looks = [make_face(score, middle, middle) for score in (as_it_is, mirrored)]
    nothing = [Candidates.none()] * 2
    assert find_doubtful([*nothing, *looks] if lit else [*looks, *nothing], 0.7).tolist() == [
        doubtful
    ]


def test_another_face_nearby_does_not_count():
    looks = [make_face(0.95, 0.4, CUT_SIDES / 2)] * LOOKS
    assert find_doubtful(looks, 0.7).tolist() == [True]


def test_a_lower_threshold_lowers_what_is_asked_of_the_second_check():
    middle = CUT_SIDES / 2
    looks = [make_face(0.55, middle, middle)] * LOOKS
    assert find_doubtful(looks, 0.7).tolist() == [True]
    assert find_doubtful(looks, 0.5).tolist() == [False]


def test_a_dark_face_is_looked_at_with_its_light_spread_out():
    rgb = np.zeros((60, 60, 3), np.uint8)
    rgb[20:40, 20:40] = np.linspace(4, 24, 20, dtype=np.uint8)[:, np.newaxis, np.newaxis]
    box = np.array([[20, 20, 40, 40]], np.float32)
    face = Candidates(box, np.ones(1, np.float32), np.zeros((1, 5, 2), np.float32))
    seen = [view.picture.pixels for view in show_again(Picture(rgb, 60, 60), face)]
    assert [int(pixels.max()) for pixels in seen[:2]] == [24, 24]
    assert min(int(pixels.max()) for pixels in seen[2:]) > 200


@pytest.mark.parametrize(
    "box", [(30, 20, 50, 44), (-5, -5, 15, 15), (90, 60, 110, 90)], ids=["inside", "corner", "edge"]
)
def test_a_face_is_in_the_middle_of_its_views(box):
    """Also where the picture ends, and if the picture was reduced."""
    rgb = np.full((40, 50, 3), 9, np.uint8)
    candidates = Candidates(
        np.array([box], np.float32), np.ones(1, np.float32), np.zeros((1, 5, 2), np.float32)
    )
    left, top, right, bottom = (length // 2 for length in box)
    rgb[max(0, top) : bottom, max(0, left) : right] = 255
    plain, mirrored, *lit = show_again(Picture(rgb, 100, 80), candidates)
    assert len(lit) == LOOKS - 2
    assert np.array_equal(plain.picture.pixels, mirrored.picture.pixels[:, ::-1])
    side = round(CUT_SIDES * max(right - left, bottom - top))
    assert plain.picture.pixels.shape == (side, side, 3)
    seen = plain.picture.pixels[..., 0] == 255
    assert seen.sum() == (min(50, right) - max(0, left)) * (min(40, bottom) - max(0, top))
