"""Step 4: chips to ages, with dlib's age net."""

import math

import numpy as np
from numpy.typing import NDArray

from models.face import AgeEstimate
from models.nets.chips import prepare_chips, run_in_batches
from models.nets.graph import Graph

AGE_CLASSES = 81

# A class is an age in years, except that class 0 stands for a quarter of one: dlib's
# `age_predictor` weighs it so when it takes the expected age.
CLASS_YEARS = np.array([0.25, *range(1, AGE_CLASSES)], dtype=np.float64)

# The low and high age leave a tenth of the belief below and a tenth above: 80 % lies between.
TAIL = 0.1

# The net is surer than it is right: its own central 80 % hold the age of 47 % of 798 labeled
# faces. What it does not know of its own error is added as a normal spread of this many years; the
# interval then holds the age of 79 %, and is the narrowest of the kinds that were tried.
UNTOLD_SPREAD_YEARS = 5.2
# Where the spread ages may come to lie.
SPREAD_AGES = np.arange(-20, 121)
_SPREADING = np.exp(
    -0.5 * ((SPREAD_AGES[None, :] - CLASS_YEARS[:, None]) / UNTOLD_SPREAD_YEARS) ** 2
)
SPREADING = _SPREADING / _SPREADING.sum(axis=1, keepdims=True)  # (81, 141)

# The age groups of the Adience benchmark (Eidinger, Enbar, Hassner 2014), with gaps between them.
GROUPS = ((0, 2), (4, 6), (8, 12), (15, 20), (25, 32), (38, 43), (48, 53), (60, 100))


class AgeNet:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def distributions(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """How likely each of 81 ages is, (N, 81), for `chips` (N, 64, 64, 3) RGB."""
        return run_in_batches(self._infer, chips, AGE_CLASSES)

    def _infer(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        return self._graph.run(prepare_chips(chips))[0]


def read_age(distribution: NDArray[np.float32]) -> AgeEstimate:
    """Expected age and central 80 % interval of a `distribution` (81,) that need not sum to 1."""
    shares = distribution.astype(np.float64)
    shares /= shares.sum()
    # The net is not good for more digits than are shown, and what is shown is what is counted.
    years = round(float(shares @ CLASS_YEARS), 1)
    low, high = _find_quantiles(shares @ SPREADING)
    return AgeEstimate(
        years=years,
        low=min(math.floor(low), math.floor(years)),
        high=max(math.ceil(high), math.ceil(years)),
        group=nearest_group(years),
    )


def nearest_group(years: float) -> str:
    """The Adience group that holds `years`, or the nearer of the two around it; a tie goes down."""

    def distance(group: tuple[int, int]) -> float:
        low, high = group
        return max(low - years, years - high, 0.0)

    low, high = min(GROUPS, key=distance)
    return f"{low}-{high}"


def _find_quantiles(shares: NDArray[np.float64]) -> tuple[float, float]:
    """The ages that a tenth of the belief lies below and above; a class is the year around it."""
    low, high = np.interp((TAIL, 1.0 - TAIL), np.cumsum(shares), SPREAD_AGES + 0.5)
    return max(0.0, float(low)), float(high)
