"""Faces that are held out are of people of their own."""

import numpy as np

from training.faces.splits import choose_validation, number_splits


def test_the_faces_that_choose_the_best_epoch_are_of_subjects_of_their_own():
    random = np.random.default_rng(3)
    groups, strata = random.integers(0, 40, 200), random.integers(0, 6, 200)

    chosen = choose_validation(groups, strata, share=1 / 7, seed=3)

    assert 0 < chosen.sum() < len(groups) / 3
    assert not set(groups[chosen]) & set(groups[~chosen])


def test_splits_are_numbered_by_name():
    assert number_splits(["b", "", "a"], ["a", "b"]).tolist() == [1, -1, 0]
