"""Fits the age interval, so that it holds 80% of the ages of each decade of true age.

Faces of one decade count as much as those of another, however many there are; so do faces that the
estimators agree about and others. Coverage that depends on the true age is that of Neyman's
confidence intervals (1937).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.estimators.activations import sigmoid
from models.estimators.intervals import reach_down, reach_up, round_bounds
from models.packs.votes import MOST_YEARS, Interval

Array = NDArray[np.float64]

HELD = 0.8
# Faces from this age up are one decade: there are few.
LAST_DECADE = 7
QUARTERS = 4
# An age this far inside a bound counts as mostly held: the loss becomes smooth.
SOFT_YEARS = 0.35
# What a year of mean width costs: of intervals that hold as well, the narrowest is chosen.
WIDTH_COST = 0.002
ROUNDS = 3
SEED = 20_261_127


@dataclass(frozen=True, slots=True)
class AgedFaces:
    """Faces with true ages: columns (N,) of labels, voted ages and spreads of the votes."""

    true_years: Array
    years: Array
    spreads: Array

    def choose(self, chosen: NDArray[np.bool_]) -> "AgedFaces":
        return AgedFaces(self.true_years[chosen], self.years[chosen], self.spreads[chosen])

    @property
    def decades(self) -> NDArray[np.int64]:
        return np.minimum(self.true_years // 10, LAST_DECADE).astype(np.int64)

    @property
    def quarters(self) -> NDArray[np.int64]:
        """Faces by how far their estimators disagree for their age, from 0."""
        shares = self.spreads / (3.0 + self.years)
        bounds = np.quantile(shares, np.arange(1, QUARTERS) / QUARTERS)
        return np.searchsorted(bounds, shares).astype(np.int64)


def fit_interval(faces: AgedFaces) -> Interval:
    """The interval that holds most evenly over decades and quarters of the faces."""
    # As in votes.py.
    from scipy.optimize import minimize  # noqa: PLC0415

    groups = [faces.decades == decade for decade in np.unique(faces.decades)]
    # Where many spreads are equal, a quarter may be empty.
    groups += [faces.quarters == quarter for quarter in np.unique(faces.quarters)]
    random = np.random.default_rng(SEED)
    start = np.array([0.5, 4.5, 8.5, 0.5, 9.0, 18.0, 0.8])
    fits = [
        minimize(
            _lose,
            start * (1 + 0.3 * random.standard_normal(len(start))),
            args=(faces, groups),
            method="Nelder-Mead",
            options={"maxiter": 4000, "xatol": 1e-3, "fatol": 1e-6, "adaptive": True},
        )
        for _ in range(ROUNDS)
    ]
    return _make_interval(np.round(min(fits, key=lambda fit: float(fit.fun)).x, 2))


def hold_ages(interval: Interval, faces: AgedFaces) -> NDArray[np.bool_]:
    """Whether the interval of each face, in whole years as it is shown, holds its true age."""
    low, high = round_bounds(
        faces.years,
        faces.years - reach_down(interval, faces.years, faces.spreads),
        faces.years + reach_up(interval, faces.years, faces.spreads),
    )
    held: NDArray[np.bool_] = (low <= faces.true_years) & (faces.true_years <= high)
    return held


def _lose(values: Array, faces: AgedFaces, groups: list[NDArray[np.bool_]]) -> float:
    interval = _make_interval(values)
    down = reach_down(interval, faces.years, faces.spreads)
    up = reach_up(interval, faces.years, faces.spreads)
    low, high = (faces.years - down).clip(0.0, None), faces.years + up
    # Bounds are rounded to whole years: half a year more on either side.
    held = sigmoid((faces.true_years - low + 0.5) / SOFT_YEARS) * sigmoid(
        (high + 0.5 - faces.true_years) / SOFT_YEARS
    )
    off = sum(float(held[group].mean() - HELD) ** 2 for group in groups)
    overall = float(held.mean() - HELD) ** 2
    return off + len(groups) * overall + WIDTH_COST * float((high - low).mean())


def _make_interval(values: Array) -> Interval:
    *reaches, spread = np.abs(values).clip(0.0, [MOST_YEARS] * 6 + [5.0]).tolist()
    below, above = (reaches[0], reaches[1], reaches[2]), (reaches[3], reaches[4], reaches[5])
    return Interval(below, above, spread)
