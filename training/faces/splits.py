"""Faces that are held out: those that choose the best epoch, and those of a split."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.fitting.folds import Numbers, divide_groups


def choose_validation(
    groups: Numbers, strata: Numbers, share: float, seed: int
) -> NDArray[np.bool_]:
    """The faces (N,) that choose the best epoch: whole groups, about a `share` of the faces."""
    chosen: NDArray[np.bool_] = divide_groups(groups, strata, max(2, round(1 / share)), seed) == 0
    return chosen


def number_splits(splits: Sequence[str], names: Sequence[str]) -> Numbers:
    """The number (N,) of each face's split among `names`, -1 for any other."""
    return np.array([names.index(one) if one in names else -1 for one in splits], dtype=np.int64)
