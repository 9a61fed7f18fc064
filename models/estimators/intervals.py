"""The age interval: the ages between which a face is with 80%."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.estimators.ages import AGES
from models.packs.votes import Interval

Array = NDArray[np.float64]

# The low and high age leave a tenth of the probability below and above: 80% is between them.
TAIL = 0.1
# The ages that a spread distribution covers.
SPREAD_AGES = np.arange(-40, AGES[-1] + 41)


def bound_ages(interval: Interval, shares: Array) -> tuple[Array, Array]:
    """The low and high ages (N,) of distributions `shares` (N, AGES)."""
    spread = np.cumsum(shares @ _make_spreading(interval.added_spread_years), axis=1)
    low, high = np.array([_find_quantiles(one) for one in spread]).reshape(-1, 2).T
    return low.clip(0.0, None), high.clip(None, AGES[-1])


def _find_quantiles(rising: Array) -> Array:
    """The ages at both tails of a cumulated distribution; a class is the year around it."""
    quantiles: Array = np.interp((TAIL, 1.0 - TAIL), rising, SPREAD_AGES + 0.5)
    return quantiles


@lru_cache(maxsize=8)
def _make_spreading(years: float) -> Array:
    """What a normal spread makes of each age (AGES, SPREAD_AGES)."""
    spreading = np.exp(-0.5 * ((SPREAD_AGES[None, :] - AGES[:, None]) / years) ** 2)
    shares: Array = spreading / spreading.sum(axis=1, keepdims=True)
    return shares
