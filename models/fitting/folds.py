"""Labeled faces in parts, so that each is judged by what was fitted on the others."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
SEED = 20_261_127


def assign_folds(subjects: NDArray[np.int64], count: int = FOLDS) -> NDArray[np.int64]:
    """The fold (N,), from 0, of each face of `subjects` (N,): people are never divided."""
    random = np.random.default_rng(SEED)
    people = np.unique(subjects)
    folds = random.permutation(len(people)) % count
    assigned: NDArray[np.int64] = folds[np.searchsorted(people, subjects)]
    return assigned


def cross_validate(
    folds: NDArray[np.int64],
    judge: Callable[[NDArray[np.bool_], NDArray[np.bool_]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """What `judge(others, these)` makes of the faces of each fold, from the other folds; (N,)."""
    judged = np.empty(len(folds))
    for these in _list_folds(folds):
        judged[these] = judge(~these, these)
    return judged


def _list_folds(folds: NDArray[np.int64]) -> Iterator[NDArray[np.bool_]]:
    for fold in np.unique(folds):
        yield folds == fold
