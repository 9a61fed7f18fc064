"""The age interval: the ages between which a face is with 80%.

Faces of one true age are estimated younger or older than they are, the more so the older they are
and the less their estimators agree. The interval is set so that it holds 80% of the faces of each
true age (not of each estimated one), which makes it longer upwards.
"""

import numpy as np
from numpy.typing import NDArray

from models.estimators.ages import AGES
from models.packs.votes import ABOVE_AT, BELOW_AT, Interval

Array = NDArray[np.float64]


def bound_ages(
    interval: Interval, years: Array, spreads: Array
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The low and high ages (N,), in whole years, of ages `years` (N,) whose voted distributions
    have the standard deviations `spreads` (N,)."""
    return round_bounds(
        years,
        years - reach_down(interval, years, spreads),
        years + reach_up(interval, years, spreads),
    )


def reach_down(interval: Interval, years: Array, spreads: Array) -> Array:
    """How many years (N,) the interval reaches below ages `years` of the voted `spreads`."""
    below = np.interp(years, BELOW_AT, interval.below)
    reach: Array = np.hypot(below, interval.spread * spreads)
    return reach


def reach_up(interval: Interval, years: Array, spreads: Array) -> Array:
    """How many years (N,) the interval reaches above them."""
    above = np.interp(years, ABOVE_AT, interval.above)
    reach: Array = np.hypot(above, interval.spread * spreads)
    return reach


def round_bounds(
    years: Array, low: Array, high: Array
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Bounds to the nearest whole years, between which `years` always are."""
    lowest = np.minimum(np.rint(low.clip(0.0, AGES[-1])), np.floor(years))
    highest = np.maximum(np.rint(high.clip(0.0, AGES[-1])), np.ceil(years))
    return lowest.astype(np.int64), highest.astype(np.int64)


def measure_spread(years: Array, shares: Array) -> Array:
    """The standard deviation (N,) of distributions `shares` (N, AGES) around `years` (N,)."""
    squares = (AGES - years[:, None]) ** 2
    spread: Array = np.sqrt(np.einsum("na,na->n", shares, squares))
    return spread
