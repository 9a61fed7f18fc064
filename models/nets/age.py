"""Chips to ages, with dlib's age model."""

import math

import numpy as np
from numpy.typing import NDArray

from models.age_groups import nearest_group
from models.face import AgeEstimate
from models.nets.chips import prepare_chips, run_in_batches
from models.nets.graph import Graph

AGE_CLASSES = 81

# A class is an age in years, except that class 0 is a quarter of a year: dlib's `age_predictor`
# computes the expected age this way.
CLASS_YEARS = np.array([0.25, *range(1, AGE_CLASSES)], dtype=np.float64)

# The low and high age leave a tenth of the probability below and above: 80% is between them.
TAIL = 0.1

# The model is overconfident: its own central 80% contain the age of 47% of 798 labeled faces. A
# normal spread of this many years is added for its error; the interval then contains the age of
# 79%, and is the narrowest of those tried.
ADDED_SPREAD_YEARS = 5.2
# The ages that the spread distribution covers.
SPREAD_AGES = np.arange(-20, 121)
_SPREADING = np.exp(
    -0.5 * ((SPREAD_AGES[None, :] - CLASS_YEARS[:, None]) / ADDED_SPREAD_YEARS) ** 2
)
SPREADING = _SPREADING / _SPREADING.sum(axis=1, keepdims=True)  # (81, 141)


class AgeModel:
    """dlib's age model."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def distributions(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The probability of each of 81 ages, (N, 81), for `chips` (N, 64, 64, 3) RGB."""
        return run_in_batches(self._infer, chips, AGE_CLASSES)

    def _infer(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        return self._graph.run(prepare_chips(chips))[0]


def read_age(distribution: NDArray[np.float32]) -> AgeEstimate:
    """The expected age and the central 80% of a `distribution` (81,), which need not sum to 1."""
    shares = distribution.astype(np.float64)
    shares /= shares.sum()
    # The model is not accurate to more digits than are shown, and what is shown is counted.
    years = round(float(shares @ CLASS_YEARS), 1)
    low, high = _find_quantiles(shares @ SPREADING)
    return AgeEstimate(
        years=years,
        low=min(math.floor(low), math.floor(years)),
        high=max(math.ceil(high), math.ceil(years)),
        group=nearest_group(years),
    )


def _find_quantiles(shares: NDArray[np.float64]) -> tuple[float, float]:
    """The ages with a tenth of the probability below and above; a class is the year around it."""
    low, high = np.interp((TAIL, 1.0 - TAIL), np.cumsum(shares), SPREAD_AGES + 0.5)
    return max(0.0, float(low)), float(high)
