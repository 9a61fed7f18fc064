"""95% intervals of ratios, by drawing the same subjects again (Efron 1979; Field, Welsh 2007)."""

from collections.abc import Iterable, Mapping, Sequence
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

    @property
    def excludes_zero(self) -> bool:
        """Of a difference: whether it is beyond chance."""
        return self.low > 0 or self.high < 0


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
    drawn = _draw_ratios(kept, subjects, seed)
    values = [float(ratio.values.sum() / ratio.weights.sum()) for ratio in kept]
    return {
        ratio: _estimate(values[i], drawn[:, i], int((ratio.weights > 0).sum()))
        for i, ratio in enumerate(kept)
    }


def estimate_difference(
    first: Ratio, second: Ratio, subjects: NDArray[np.int64], seed: int = SEED
) -> Estimate:
    """`second` less `first`, two ratios of the same rows, with an interval from the same draws.

    Both must have some weight. The difference is beyond chance where its interval excludes 0:
    errors that the two share do not widen it, as they would if each were estimated on its own.
    """
    drawn = _draw_ratios([first, second], subjects, seed)
    values = [ratio.values.sum() / ratio.weights.sum() for ratio in (first, second)]
    faces = int(((first.weights > 0) | (second.weights > 0)).sum())
    return _estimate(float(values[1] - values[0]), drawn[:, 1] - drawn[:, 0], faces)


def _estimate(value: float, drawn: Array, faces: int) -> Estimate:
    # A draw without any row of a rare ratio has no value of it.
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    return Estimate(value, float(low), float(high), faces)


def _draw_ratios(ratios: Sequence[Ratio], subjects: NDArray[np.int64], seed: int) -> Array:
    """The values (DRAWS, ratios) of each ratio in each draw."""
    tops = np.stack([one.values for one in ratios], axis=1)
    bottoms = np.stack([one.weights for one in ratios], axis=1)
    return _draw(_add_up(tops, subjects), _add_up(bottoms, subjects), seed)


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
