"""The age interval: the ages between which a face is with 80%.

Faces of one true age are estimated younger or older than they are, the more so the older they are
and the less their estimators agree. The interval is set so that it holds 80% of the faces of each
true age (not of each estimated one), which makes it longer upwards.
"""

import numpy as np
from numpy.typing import NDArray

from models.estimators.ages import AGES
from models.packs.votes import Interval

Array = NDArray[np.float64]

# The interval does not grow any further downwards above this age: old faces are taken for younger
# ones, hardly ever for older ones.
GROWN_YEARS = 40.0


def bound_ages(interval: Interval, years: Array, shares: Array) -> tuple[Array, Array]:
    """The low and high ages (N,) of ages `years` (N,) with the voted distributions `shares`
    (N, AGES)."""
    spread = interval.spread * measure_spread(years, shares)
    below = interval.base_years + interval.below * np.minimum(years, GROWN_YEARS)
    above = interval.base_years + interval.above * years
    return (
        (years - np.hypot(below, spread)).clip(0.0, AGES[-1]),
        (years + np.hypot(above, spread)).clip(0.0, AGES[-1]),
    )


def measure_spread(years: Array, shares: Array) -> Array:
    """The standard deviation (N,) of distributions `shares` (N, AGES) around `years` (N,)."""
    squares = (AGES - years[:, None]) ** 2
    spread: Array = np.sqrt(np.einsum("na,na->n", shares, squares))
    return spread
