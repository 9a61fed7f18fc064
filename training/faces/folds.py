"""Folds: every face is held out once, and no person is in two folds."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


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


def choose_validation(
    groups: Numbers, strata: Numbers, share: float, seed: int
) -> NDArray[np.bool_]:
    """The faces (N,) that choose the best epoch: whole groups, about a `share` of the faces."""
    chosen: NDArray[np.bool_] = divide_groups(groups, strata, max(2, round(1 / share)), seed) == 0
    return chosen


def number_splits(splits: Sequence[str], names: Sequence[str]) -> Numbers:
    """The number (N,) of each face's split among `names`, -1 for any other."""
    return np.array([names.index(one) if one in names else -1 for one in splits], dtype=np.int64)
