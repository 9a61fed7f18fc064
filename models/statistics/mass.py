"""Soft counts: each face is spread over ages and genders by the models' probabilities."""

from collections.abc import Sequence
from functools import lru_cache
from math import erf, inf, sqrt

import numpy as np
from numpy.typing import NDArray

from models.statistics.confusion import OLDEST, AgeRange

# The width, in standard deviations of a normal distribution, of an age interval of 80%. Its ends
# are the nearest whole years: on average, rounding changes nothing.
DEVIATIONS_WIDE = 2 * 1.2816
# Spreads are rounded to multiples of this many years.
SPREAD_UNIT = 0.5
SPREADS = 80


def spread_over_bands(cells: NDArray[np.int64], bands: Sequence[AgeRange]) -> NDArray[np.float64]:
    """Faces by (female, male) and band, (2, bands), as sums of probabilities.

    `cells` (genders, ages, 3) are sums over faces: of faces, thousandths of the probability of
    female, and years of the 80% interval. A face is spread normally around its age, by the mean
    width of the intervals of its cell.
    """
    weights = _weigh(tuple((low, high) for _, low, high in bands), cells.shape[1])
    faces, females = cells[..., 0], cells[..., 1] / 1000
    widths = cells[..., 2] / np.maximum(faces, 1)
    spreads = np.clip(np.rint(widths / DEVIATIONS_WIDE / SPREAD_UNIT), 1, SPREADS).astype(np.int64)
    parts = weights[spreads - 1, np.arange(cells.shape[1])]
    return np.stack(
        [
            np.einsum("ga,gab->b", females, parts),
            np.einsum("ga,gab->b", faces - females, parts),
        ]
    )


@lru_cache(maxsize=64)
def _weigh(bounds: tuple[tuple[int, int], ...], ages: int) -> NDArray[np.float64]:
    """The share (SPREADS, ages, bands) that a band has of a normal spread around an age."""
    edges = [
        (low - 0.5 if low else -inf, high + 0.5 if high < OLDEST else inf) for low, high in bounds
    ]
    weights = np.empty((SPREADS, ages, len(bounds)))
    for index in range(SPREADS):
        spread = (index + 1) * SPREAD_UNIT * sqrt(2)
        for age in range(ages):
            weights[index, age] = [
                (erf((high - age) / spread) - erf((low - age) / spread)) / 2 for low, high in edges
            ]
    return weights
