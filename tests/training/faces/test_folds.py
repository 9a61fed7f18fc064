"""Folds: everyone is held out once, and nobody is in two."""

import numpy as np
import pytest

from training.faces.folds import choose_validation, divide_groups, number_splits


def draw_groups(seed, faces=200, groups=40):
    random = np.random.default_rng(seed)
    return random.integers(0, groups, faces), random.integers(0, 6, faces)


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


def test_the_faces_that_choose_the_best_epoch_are_of_subjects_of_their_own():
    groups, strata = draw_groups(3)

    chosen = choose_validation(groups, strata, share=1 / 7, seed=3)

    assert 0 < chosen.sum() < len(groups) / 3
    assert not set(groups[chosen]) & set(groups[~chosen])


def test_splits_are_numbered_by_name():
    assert number_splits(["b", "", "a"], ["a", "b"]).tolist() == [1, -1, 0]
