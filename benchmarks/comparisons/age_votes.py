"""Other ways to make one age of what several estimators say, as a comparison with the mean."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.estimators.ages import AGES, Ages
from models.estimators.ballots import Ballots
from models.estimators.vote import map_years, vote_ages
from models.fitting.folds import cross_validate
from models.fitting.votes import Truths, fit_vote
from models.packs.votes import Vote

Array = NDArray[np.float64]

# An age that an estimator leaves out altogether is not impossible.
LEAST_SHARE = 1e-4
# Temperatures of the voted distribution.
SHARPER, DULLER = 0.5, 2.0


def try_ages(
    vote: Vote, ballots: Ballots, truths: Truths, folds: NDArray[np.int64]
) -> Iterator[tuple[str, float]]:
    """The mean error of each way; what is fitted is fitted on other faces."""
    ages = vote_ages(vote, ballots.ages)
    ways = {
        "mean": ages.years,
        "median of the distribution": _find_median(ages.shares),
        "mean of the distribution, sharper": _temper(ages.shares, SHARPER),
        "mean of the distribution, duller": _temper(ages.shares, DULLER),
        "mean of the distributions multiplied": _multiply(ballots),
        "weights and a map of ages fitted": _fit(vote, ballots, truths, folds),
    }
    for name, years in ways.items():
        yield name, float(np.nanmean(np.abs(years - truths.years)))


def _find_median(shares: Array) -> Array:
    """The age (N,) that half of each distribution (N, AGES) is below, inside its year."""
    below = shares.cumsum(axis=1)
    year = (below < 0.5).sum(axis=1).clip(0, len(AGES) - 1)
    rows = np.arange(len(shares))
    inside = np.maximum(shares[rows, year], LEAST_SHARE)
    median: Array = year + 0.5 - (below[rows, year] - 0.5) / inside
    return median


def _temper(shares: Array, temperature: float) -> Array:
    powers = shares ** (1.0 / temperature)
    years: Array = powers @ AGES / powers.sum(axis=1)
    return years


def _multiply(ballots: Ballots) -> Array:
    """The mean of the geometric mean of the distributions of all estimators."""
    logs = [np.log(np.maximum(one.ages.shares, LEAST_SHARE)) for one in ballots.ages]
    shares = np.exp(np.mean(logs, axis=0))
    years: Array = shares @ AGES / shares.sum(axis=1)
    return years


def _fit(vote: Vote, ballots: Ballots, truths: Truths, folds: NDArray[np.int64]) -> Array:
    """What `facetally evaluate --fit` fits, people undivided."""

    def judge(others: NDArray[np.bool_], these: NDArray[np.bool_]) -> Array:
        outside, inside = np.flatnonzero(others), np.flatnonzero(these)
        fitted = fit_vote(vote, ballots.take(outside), truths.take(outside))
        ages: Ages = vote_ages(fitted, ballots.take(inside).ages)
        return map_years(fitted.age_map, ages.years)

    return cross_validate(folds, judge)
