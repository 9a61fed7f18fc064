"""Soft counts: each face is spread over the ages and genders that the nets believe it may have."""

from collections.abc import Sequence
from functools import lru_cache
from math import erf, inf, sqrt

import numpy as np
from numpy.typing import NDArray

from models.statistics.confusion import OLDEST, AgeRange

# An age interval holds 80 % of the belief: so many standard deviations of a normal one. Its ends
# are whole years, rounded outwards: by half a year each on average.
DEVIATIONS_WIDE = 2 * 1.2816
ROUNDED_YEARS = 1.0
# Spreads are told apart in steps of this many years.
SPREAD_STEP = 0.5
SPREADS = 80


def spread_over_bands(cells: NDArray[np.int64], bands: Sequence[AgeRange]) -> NDArray[np.float64]:
    """Faces by (female, male) and band, (2, bands), as sums of probabilities.

    `cells` (genders, ages, 3) hold faces, thousandths of being female, and years of the 80 %
    interval, summed. A face's belief is taken for normal around its age, as wide as the intervals
    of its cell are on average.
    """
    weights = _weigh(tuple((low, high) for _, low, high in bands), cells.shape[1])
    faces, females = cells[..., 0], cells[..., 1] / 1000
    widths = cells[..., 2] / np.maximum(faces, 1) - ROUNDED_YEARS
    spreads = np.clip(np.rint(widths / DEVIATIONS_WIDE / SPREAD_STEP), 1, SPREADS).astype(np.int64)
    parts = weights[spreads - 1, np.arange(cells.shape[1])]
    return np.stack(
        [
            np.einsum("ga,gab->b", females, parts),
            np.einsum("ga,gab->b", faces - females, parts),
        ]
    )


@lru_cache(maxsize=64)
def _weigh(bounds: tuple[tuple[int, int], ...], ages: int) -> NDArray[np.float64]:
    """(SPREADS, ages, bands): how much of a belief of this spread around this age a band has."""
    edges = [
        (low - 0.5 if low else -inf, high + 0.5 if high < OLDEST else inf) for low, high in bounds
    ]
    weights = np.empty((SPREADS, ages, len(bounds)))
    for step in range(SPREADS):
        spread = (step + 1) * SPREAD_STEP * sqrt(2)
        for age in range(ages):
            weights[step, age] = [
                (erf((high - age) / spread) - erf((low - age) / spread)) / 2 for low, high in edges
            ]
    return weights
