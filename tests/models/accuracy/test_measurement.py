"""Figures of accuracy, counted by hand on a few faces; their intervals, on many."""

import numpy as np
import pytest

from models.accuracy.bootstrap import Ratio, estimate_ratios
from models.accuracy.labeled_pictures import LabeledPicture, bound_subjects, count_labeled
from models.accuracy.measurement import measure_accuracy
from models.statistics.confusion import LabeledFaces
from tests.support.work.evaluations import make_labeled

BANDS = {"life": (("young", 0, 29), ("middle", 30, 59), ("old", 60, 120))}
PICTURES = [
    make_labeled(25.0, "female", 27.4, 0.95),
    make_labeled(29.9, "female", 31.0, 0.3),
    make_labeled(70.0, "female", 28.0, 0.55),
    make_labeled(41.0, "male", 40.0, 0.1),
    make_labeled(44.0, "male", 61.2, 0.85),
    make_labeled(None, "male", 20.0, 0.02),
    make_labeled(33.0, None, 35.0, 0.5),
    LabeledPicture("nobody", 50.0, "male"),
]


@pytest.fixture(scope="module")
def accuracy():
    return measure_accuracy(PICTURES, BANDS, "life")


def test_faces_that_were_not_found_lower_the_detection_rate_alone(accuracy):
    assert accuracy.detection.value == 7 / 8
    assert accuracy.gender.accuracy.faces == 6


def test_an_unknown_gender_counts_as_an_error(accuracy):
    gender = accuracy.gender
    assert gender.confusion.counts == ((1, 1, 1), (1, 2, 0))
    assert gender.accuracy.value == pytest.approx(3 / 6)
    assert gender.decided.value == pytest.approx(3 / 5)
    assert gender.unknown.value == pytest.approx(1 / 6)


def test_classes_have_precision_recall_and_their_harmonic_mean(accuracy):
    female, male = accuracy.gender.classes
    assert (female.precision.value, female.recall.value) == pytest.approx((1 / 2, 1 / 3))
    assert female.f1.value == pytest.approx(2 / 5)
    assert (male.precision.value, male.recall.value, male.f1.value) == pytest.approx((2 / 3,) * 3)
    assert (female.precision.faces, female.recall.faces) == (2, 3)


def test_probabilities_are_compared_with_true_shares(accuracy):
    gender = accuracy.gender
    assert [(one.low, one.observed.value) for one in gender.reliability] == [
        (0.0, 0.0),
        (0.1, 0.0),
        (0.3, 1.0),
        (0.5, 1.0),
        (0.8, 0.0),
        (0.9, 1.0),
    ]
    assert gender.calibration_error == pytest.approx((0.02 + 0.1 + 0.7 + 0.45 + 0.85 + 0.05) / 6)
    assert gender.brier.value == pytest.approx(
        (0.05**2 + 0.7**2 + 0.45**2 + 0.1**2 + 0.85**2 + 0.02**2) / 6
    )


def test_ages_have_an_error_a_bias_and_a_coverage_of_their_interval(accuracy):
    age = accuracy.age
    offs = np.array([2.4, 1.1, -42.0, -1.0, 17.2, 2.0])
    assert age.mean_error.value == pytest.approx(np.abs(offs).mean())
    assert age.bias.value == pytest.approx(offs.mean())
    assert age.interval_holds.value == pytest.approx(4 / 6)


def test_groups_have_their_error_and_the_neighbor_counts_as_one_off(accuracy):
    life = accuracy.age.groups["life"]
    assert life.confusion.counts == ((1, 1, 0), (0, 2, 1), (1, 0, 0))
    assert life.error.value == pytest.approx(3 / 6)
    assert life.one_off.value == pytest.approx(5 / 6)
    assert life.classes[2].recall.value == 0.0


def test_each_band_has_figures_of_the_faces_labeled_with_it(accuracy):
    young, middle, old = accuracy.bands
    assert [band.faces for band in accuracy.bands] == [2, 3, 1]
    assert young.bias.value == pytest.approx(1.75)
    assert middle.gender_decided.value == 0.5
    assert old.gender_decided is None


def test_pictures_without_labels_are_not_measured():
    accuracy = measure_accuracy([LabeledPicture("nobody")], BANDS, "life")
    assert (accuracy.gender, accuracy.age, accuracy.bands) == (None, None, ())
    assert accuracy.detection.value == 0.0


def test_faces_are_counted_for_later_with_completed_years():
    counted = count_labeled([*PICTURES, make_labeled(29.2, "female", 30.6, 0.2)])
    assert LabeledFaces(29, "female", 31, "male", faces=2) in counted
    assert sum(one.faces for one in counted) == 8


def test_many_pictures_of_one_subject_count_for_less():
    alone = [make_labeled(20, "male", 20, 0.1, subject=str(n)) for n in range(6)]
    assert bound_subjects(alone) == 1.0
    assert bound_subjects([*alone, *[make_labeled(20, "male", 20, 0.1, subject="x")] * 6]) == 3.5


def test_intervals_contain_the_truth_when_whole_subjects_are_drawn():
    random = np.random.default_rng(5)
    held = held_apart = 0
    for _ in range(40):
        # Forty subjects of ten rows each, alike within the subject.
        hits = np.repeat(random.random(40) < 0.3, 10).astype(float)
        ratio = Ratio(hits, np.ones(400))
        together = estimate_ratios([ratio], np.repeat(np.arange(40), 10))[ratio]
        apart = estimate_ratios([ratio], np.arange(400))[ratio]
        held += together.low <= 0.3 <= together.high
        held_apart += apart.low <= 0.3 <= apart.high
    assert held >= 36
    assert held_apart <= 24


def test_the_same_rows_give_the_same_interval_and_an_empty_ratio_none():
    some = Ratio(np.array([1.0, 0.0, 1.0]), np.ones(3))
    empty = Ratio(np.zeros(3), np.zeros(3))
    first, again = (estimate_ratios([some, empty], np.arange(3)) for _ in range(2))
    assert first == again
    assert first.keys() == {some}
