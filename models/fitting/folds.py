"""Labeled faces in folds: each is judged by what was fitted on the others, and nobody is in two."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

FOLDS = 5
SEED = 20_261_128
# Years of a decade: folds are alike in ages.
DECADE = 10


def divide_people(subjects: Sequence[str], years: NDArray[np.float64]) -> Numbers:
    """The fold (N,) of each face, below FOLDS, by its subject and age (N,); NaN is no known age."""
    numbers = {subject: number for number, subject in enumerate(dict.fromkeys(subjects))}
    groups = np.array([numbers[subject] for subject in subjects], dtype=np.int64)
    decades = (np.nan_to_num(years) // DECADE).astype(np.int64)
    return divide_groups(groups, decades, FOLDS, SEED)


def divide_groups(groups: Numbers, strata: Numbers, folds: int, seed: int) -> Numbers:
    """The fold (N,) of each face, from 0: faces of one group (N,) share it.

    Groups are dealt in a drawn order, large ones first, each to the fold that has the fewest faces
    of the stratum (N,) that most of its faces are of, then the fewest faces.
    """
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    drawn = np.random.default_rng(seed).permutation(len(members))
    order = sorted(drawn, key=lambda number: -len(members[number]))
    of_stratum: Counter[tuple[int, int]] = Counter()
    sizes: Counter[int] = Counter()
    found = np.empty(len(groups), dtype=np.int64)
    for faces in (members[number] for number in order):
        stratum = Counter(strata[faces].tolist()).most_common(1)[0][0]
        fold = min(range(folds), key=lambda one: (of_stratum[one, stratum], sizes[one], one))
        of_stratum[fold, stratum] += len(faces)
        sizes[fold] += len(faces)
        found[faces] = fold
    return found


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
