"""What nets tell of faces, and the classes they choose among."""

import numpy as np
import pytest

from training.targets import Labels, Target, find_band

BANDS = (("0-17", 0, 17), ("18-59", 18, 59))


@pytest.mark.parametrize(
    ("age", "band"), [(None, -1), (0, 0), (17.9, 0), (18, 1), (59.9, 1), (60, -1)]
)
def test_an_age_counts_as_completed_years(age, band):
    assert find_band(age, BANDS) == band


def test_a_net_learns_the_classes_of_its_target_and_of_its_gender():
    labels = Labels.of([10, 40, None, 70], ["female", "male", "female", None], BANDS)

    assert labels.classes_for(Target.GENDER).tolist() == [0, 1, 0, -1]
    assert labels.classes_for(Target.AGE).tolist() == [0, 1, -1, -1]
    assert labels.classes_for(Target.AGE_OF_FEMALE).tolist() == [0, -1, -1, -1]
    assert labels.classes_for(Target.AGE_OF_MALE).tolist() == [-1, 1, -1, -1]


def test_a_class_stands_for_the_mean_age_of_the_faces_trained_on():
    labels = Labels.of([10, 12, 40], ["female"] * 3, BANDS)

    years = labels.mean_years(np.array([True, True, False]), BANDS)

    assert years == [11.0, 38.5]
