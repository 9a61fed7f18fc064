"""Faces of one person are in one fold."""

import numpy as np

from models.fitting.folds import assign_folds, cross_validate


def test_people_are_never_divided_and_folds_are_even():
    subjects = np.arange(100) // 2
    folds = assign_folds(subjects)
    for subject in range(50):
        assert len(set(folds[subjects == subject])) == 1
    assert np.bincount(folds).tolist() == [20] * 5


def test_each_face_is_judged_by_the_others():
    folds = np.array([0, 1, 1, 2])
    judged = cross_validate(folds, lambda others, these: np.full(these.sum(), others.sum()))
    assert judged.tolist() == [3, 2, 2, 3]
