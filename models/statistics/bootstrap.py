"""95 % intervals of ratios, by drawing the same subjects again (Efron 1979; Field, Welsh 2007)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DRAWS = 1000
# Draws are made so many at a time, which bounds the memory of many faces.
DRAWS_AT_ONCE = 50
SEED = 20_261_123


@dataclass(frozen=True, slots=True)
class Estimate:
    """A ratio with its 95 % interval, and how many faces it is taken over."""

    value: float
    low: float
    high: float
    faces: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """The sum of `values` by that of `weights`; a row of no weight has no value either."""

    values: Array  # (N,)
    weights: Array  # (N,)


def estimate_ratios(
    ratios: Mapping[str, Ratio], subjects: NDArray[np.int64], seed: int = SEED
) -> dict[str, Estimate]:
    """Each ratio that has a row of some weight, with percentiles over draws of whole subjects.

    `subjects` (N,) numbers whom each row shows, from 0: rows of one person are drawn together.
    """
    kept = {name: ratio for name, ratio in ratios.items() if ratio.weights.any()}
    if not kept:
        return {}
    tops = np.stack([one.values for one in kept.values()], axis=1)
    bottoms = np.stack([one.weights for one in kept.values()], axis=1)
    values = tops.sum(0) / bottoms.sum(0)
    drawn = _draw(_add_up(tops, subjects), _add_up(bottoms, subjects), seed)
    # A draw without any row of a rare ratio says nothing of it.
    lows, highs = np.nanquantile(drawn, (0.025, 0.975), axis=0)
    faces = (bottoms > 0).sum(0)
    return {
        name: Estimate(float(values[i]), float(lows[i]), float(highs[i]), int(faces[i]))
        for i, name in enumerate(kept)
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
