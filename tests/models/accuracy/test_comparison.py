"""Differences of accuracy are those that can be counted, and chance is told from skill."""

from dataclasses import replace

import numpy as np
import pytest

from models.accuracy.comparison import compare_accuracy
from models.accuracy.labeled_pictures import LabeledPicture
from tests.support.work.evaluations import make_labeled


def make_pictures(count: int, error_years: float, seed: int = 1) -> list[LabeledPicture]:
    """Pictures of as many people, whose ages are estimated with a normal error."""
    random = np.random.default_rng(seed)
    errors = random.normal(0, error_years, count)
    return [
        replace(make_labeled(50.0, "female", 50 + float(error), 0.9), subject=f"person {n}")
        for n, error in enumerate(errors)
    ]


def test_an_analysis_does_not_differ_from_itself() -> None:
    pictures = make_pictures(50, 5)
    difference = compare_accuracy(pictures, pictures)
    for one in (difference.detection, difference.gender, difference.mean_error):
        assert one is not None
        assert (one.value, one.low, one.high) == (0.0, 0.0, 0.0)
        assert not one.excludes_zero


def test_a_smaller_error_of_the_same_faces_is_beyond_chance() -> None:
    rough = make_pictures(200, 8)
    fine = [
        replace(
            make_labeled(50.0, "female", 50 + (one.face.age.years - 50) / 2, 0.9),
            subject=one.subject,
        )
        for one in rough
        if one.face
    ]
    difference = compare_accuracy(rough, fine).mean_error
    assert difference is not None
    assert difference.value == pytest.approx(-0.5 * 8 * np.sqrt(2 / np.pi), rel=0.15)
    assert difference.excludes_zero


def test_equal_skill_is_told_apart_by_chance_only_rarely() -> None:
    beyond = [
        compare_accuracy(make_pictures(60, 8, seed), make_pictures(60, 8, seed + 1000)).mean_error
        for seed in range(40)
    ]
    assert sum(one is not None and one.excludes_zero for one in beyond) <= 6


def test_a_face_that_only_the_second_found_counts_for_detection_alone() -> None:
    one = LabeledPicture("a", 50.0, "female")
    found = replace(make_labeled(50.0, "female", 60.0, 0.9), subject="a")
    difference = compare_accuracy([one], [found])
    assert difference.detection.value == 1.0
    assert difference.gender is None
    assert difference.mean_error is None


def test_other_pictures_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="not of the same pictures"):
        compare_accuracy(make_pictures(3, 1), make_pictures(2, 1))
