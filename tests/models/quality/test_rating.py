"""The value of a face falls with each of its measures, and only with those."""

import pytest

from models.face import Pose
from models.quality.rating import rate_quality

FRONTAL = Pose(0.0, 0.0, 0.0)
CLEAR: dict[str, object] = {
    "eye_pixels": 60.0,
    "sharpness": 0.9,
    "contrast": 0.3,
    "pose": FRONTAL,
    "score": 0.93,
}
WORSE = {
    "eye_pixels": (14.0, 11.0, 6.0, 0.0),
    "sharpness": (0.4, 0.3, 0.2, 0.0),
    "contrast": (0.1, 0.06, 0.02, 0.0),
    "pose": (Pose(-30, 0, 0), Pose(45, 0, 0), Pose(45, 30, 0), Pose(-80, 0, 0)),
    "score": (0.88, 0.86, 0.84, 0.81),
}


def rate(**changes: object) -> float:
    return rate_quality(**{**CLEAR, **changes})  # type: ignore[arg-type]


def test_a_clear_face_has_quality_one() -> None:
    assert rate() == 1.0


@pytest.mark.parametrize("measure", WORSE)
def test_a_worse_measure_is_a_lower_quality(measure: str) -> None:
    values = [rate(**{measure: one}) for one in WORSE[measure]]
    assert 1.0 > values[0] > values[1] > values[2] > values[3] >= 0.0


def test_roll_does_not_matter() -> None:
    assert rate(pose=Pose(0, 0, 170)) == 1.0


def test_a_face_upside_down_or_from_behind_has_some_quality() -> None:
    assert 0.0 < rate(pose=Pose(180, 0, 0)) < 0.4
    assert 0.0 < rate(pose=Pose(0, 90, 0), score=0.0) < 0.4


def test_more_than_enough_is_no_better() -> None:
    assert rate(eye_pixels=4000.0, sharpness=1.0, contrast=1.0, score=1.0) == rate()


def test_a_face_that_is_worse_in_two_ways_is_worse_than_in_one() -> None:
    assert rate(contrast=0.05, sharpness=0.2) < min(rate(contrast=0.05), rate(sharpness=0.2))
