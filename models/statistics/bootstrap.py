"""95% intervals of ratios, by drawing the same subjects again (Efron 1979; Field, Welsh 2007)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DRAWS = 1000
# Draws in one batch: bounds the memory for many faces.
DRAWS_AT_ONCE = 50
SEED = 20_261_123


@dataclass(frozen=True, slots=True)
class Estimate:
    """A ratio with its 95% interval, and the number of faces it is computed from."""

    value: float
    low: float
    high: float
    faces: int


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """The sum of `values` divided by that of `weights`; rows of weight 0 have a value of 0.

    A ratio is equal to itself only, so that its estimate can be found under it.
    """

    values: Array  # (N,)
    weights: Array  # (N,)

    @classmethod
    def share(cls, hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> Self:
        """The share of the rows `among` that are `hits`."""
        return cls((hits & among).astype(float), among.astype(float))

    @classmethod
    def mean(cls, values: Array, among: NDArray[np.bool_]) -> Self:
        """The mean of `values` over the rows `among`."""
        return cls(np.where(among, values, 0.0), among.astype(float))


Estimates: TypeAlias = Mapping[Ratio, Estimate]


def estimate_ratios(
    ratios: Iterable[Ratio], subjects: NDArray[np.int64], seed: int = SEED
) -> Estimates:
    """An estimate of each ratio with any weight, from percentiles over draws of whole subjects.

    `subjects` (N,) numbers, from 0, the person in each row: rows of one person are drawn together.
    """
    kept = [ratio for ratio in ratios if ratio.weights.any()]
    if not kept:
        return {}
    tops = np.stack([one.values for one in kept], axis=1)
    bottoms = np.stack([one.weights for one in kept], axis=1)
    values = tops.sum(0) / bottoms.sum(0)
    drawn = _draw(_add_up(tops, subjects), _add_up(bottoms, subjects), seed)
    # A draw without any row of a rare ratio has no value of it.
    lows, highs = np.nanquantile(drawn, (0.025, 0.975), axis=0)
    faces = (bottoms > 0).sum(0)
    return {
        ratio: Estimate(float(values[i]), float(lows[i]), float(highs[i]), int(faces[i]))
        for i, ratio in enumerate(kept)
    }


def _add_up(rows: Array, subjects: NDArray[np.int64]) -> Array:
    sums = np.zeros((int(subjects.max()) + 1, rows.shape[1]))
    np.add.at(sums, subjects, rows)
    return sums


def _draw(tops: Array, bottoms: Array, seed: int) -> Array:
    random = np.random.default_rng(seed)
    subjects = len(tops)
    drawn = []
    for _ in range(DRAWS // DRAWS_AT_ONCE):
        picks = random.integers(0, subjects, (DRAWS_AT_ONCE, subjects))
        times = np.stack([np.bincount(pick, minlength=subjects) for pick in picks])
        below = times @ bottoms
        drawn.append(
            np.divide(times @ tops, below, out=np.full_like(below, np.nan), where=below > 0)
        )
    return np.concatenate(drawn)
