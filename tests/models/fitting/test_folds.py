"""Folds: everyone is held out once, and nobody is in two."""

import numpy as np
import pytest

from models.fitting.folds import FOLDS, cross_validate, divide_groups, divide_people


def draw_groups(seed, faces=200, groups=40):
    random = np.random.default_rng(seed)
    return random.integers(0, groups, faces), random.integers(0, 6, faces)


def test_people_are_undivided_and_folds_are_alike_in_ages():
    subjects = [f"subject {number // 2}" for number in range(200)]
    years = np.repeat([np.nan, 15.0, 25.0, 35.0], 50)

    folds = divide_people(subjects, years)

    assert (folds[::2] == folds[1::2]).all()
    for age in range(4):
        assert np.bincount(folds[age * 50 : age * 50 + 50]).tolist() == [10] * FOLDS


@pytest.mark.parametrize("folds", [2, 3, 10])
@pytest.mark.parametrize("seed", range(5))
def test_no_subject_is_in_two_folds(folds, seed):
    groups, strata = draw_groups(seed)

    found = divide_groups(groups, strata, folds, seed)

    assert set(found) == set(range(folds))
    for group in np.unique(groups):
        assert len(np.unique(found[groups == group])) == 1


def test_folds_have_about_as_many_faces_of_each_stratum():
    groups = np.arange(300)
    strata = np.repeat([0, 1, 2], 100)

    found = divide_groups(groups, strata, 3, seed=1)

    for stratum in range(3):
        sizes = np.bincount(found[strata == stratum])
        assert max(sizes) - min(sizes) <= 1


def test_a_rare_stratum_of_two_subjects_is_in_two_folds():
    strata = np.array([0] * 30 + [1, 1])

    found = divide_groups(np.arange(32), strata, 3, seed=1)

    assert found[30] != found[31]


def test_the_same_seed_gives_the_same_folds_and_another_gives_others():
    groups, strata = draw_groups(1)

    first, again, other = (divide_groups(groups, strata, 3, seed) for seed in (1, 1, 2))

    assert (first == again).all()
    assert (first != other).any()


def test_each_face_is_judged_by_the_others():
    folds = np.array([0, 1, 1, 2])
    judged = cross_validate(folds, lambda others, these: np.full(these.sum(), others.sum()))
    assert judged.tolist() == [3, 2, 2, 3]
