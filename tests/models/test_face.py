"""Values refuse impossible arguments, and say what is required."""

from dataclasses import replace

import pytest

from models.face import AgeEstimate, Box, Detection, Face, FaceQuality, Gender, Pose

POINTS = ((1, 1), (5, 1), (3, 3), (1, 5), (5, 5))
AGE = AgeEstimate(years=31.4, low=27, high=36, group="25-32")
QUALITY = FaceQuality(0.9, 40.0, 1.0, 0.5, 0.3, Pose(0.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ((-1, 0, 4, 4), "inside the picture, got x=-1, y=0"),
        ((0, -2, 4, 4), "inside the picture, got x=0, y=-2"),
        ((0, 0, 0, 4), "at least 1x1 pixel, got 0x4"),
        ((0, 0, 4, -1), "at least 1x1 pixel, got 4x-1"),
    ],
    ids=["left", "above", "no-width", "negative-height"],
)
def test_a_box_lies_in_the_picture_and_has_an_area(numbers, message):
    with pytest.raises(ValueError, match=message):
        Box(*numbers)


@pytest.mark.parametrize(
    "make",
    [
        lambda score, points: Detection(Box(0, 0, 4, 4), score, points),
        lambda score, points: Face(Box(0, 0, 4, 4), score, points, Gender(0.2), AGE, QUALITY),
    ],
    ids=["detection", "face"],
)
def test_a_face_has_five_landmarks_and_a_score_up_to_one(make):
    assert make(0.9, POINTS).landmarks == POINTS
    with pytest.raises(ValueError, match=r"score must be between 0 and 1, got 1.5"):
        make(1.5, POINTS)
    with pytest.raises(ValueError, match="has 5 landmarks, got 4"):
        make(0.9, POINTS[:4])


@pytest.mark.parametrize(
    ("low", "years", "high", "group"),
    [(5, 4.0, 9, "4-6"), (3, 9.5, 9, "8-12"), (-1, 4.0, 9, "4-6"), (3, 4.0, 9, "")],
    ids=["under-low", "over-high", "negative", "no-group"],
)
def test_an_age_lies_within_its_interval(low, years, high, group):
    with pytest.raises(ValueError, match="AgeEstimate must have"):
        AgeEstimate(years=years, low=low, high=high, group=group)


@pytest.mark.parametrize(
    ("female", "value", "probability"),
    [
        (0.98, "female", 0.98),
        (0.02, "male", 0.98),
        (0.55, "unknown", 0.55),
        (0.45, "unknown", 0.55),
        (0.6, "female", 0.6),
        (0.4, "male", 0.6),
    ],
)
def test_a_gender_is_unknown_under_the_asked_probability(female, value, probability):
    gender = Gender(female)
    assert gender.value(0.6) == value
    assert gender.probability == pytest.approx(probability)


@pytest.mark.parametrize("female", [-0.1, 1.1, float("nan")])
def test_a_gender_is_a_probability(female):
    with pytest.raises(ValueError, match=r"Gender.female must be between 0 and 1"):
        Gender(female)


def test_a_face_that_is_not_judged_has_no_gender() -> None:
    judged = Face(Box(0, 0, 4, 4), 0.9, POINTS, Gender(0.98), AGE, QUALITY)
    unclear = replace(judged, judged=False)
    assert (judged.gender_value(0.6), unclear.gender_value(0.6)) == ("female", "unknown")


@pytest.mark.parametrize("field", ["value", "sharpness", "brightness", "contrast"])
@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_measures_of_quality_are_shares(field: str, share: float) -> None:
    with pytest.raises(ValueError, match=f"FaceQuality.{field} must be between 0 and 1"):
        replace(QUALITY, **{field: share})


@pytest.mark.parametrize("eye_pixels", [-1.0, float("nan")])
def test_a_size_is_not_negative(eye_pixels: float) -> None:
    with pytest.raises(ValueError, match="eye_pixels must be at least 0"):
        replace(QUALITY, eye_pixels=eye_pixels)


@pytest.mark.parametrize("angle", [-181.0, 181.0, float("nan")])
def test_a_head_turns_half_a_circle_at_most(angle: float) -> None:
    with pytest.raises(ValueError, match="from -180 to 180 degrees"):
        Pose(0.0, angle, 0.0)
