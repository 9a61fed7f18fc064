"""Fits the vote of a pack to labeled faces: weights, a map of ages, and what makes both hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.estimators.ages import Ages
from models.estimators.ballots import AgeBallot, Ballots
from models.estimators.intervals import measure_spread
from models.estimators.vote import bound_votes, map_years, scale_genders, vote_ages, vote_genders
from models.face import AgeEstimate
from models.fitting.genders import GenderedFaces, fit_scale
from models.fitting.intervals import AgedFaces, fit_interval
from models.packs.votes import ADULT_YEARS, AgeWeight, GenderWeights, Vote

Array = NDArray[np.float64]

# The weights as they were count as much as this many labeled faces: a few faces change little.
PRIOR_FACES = 50
# The ages between which a map of ages is straight, and how far it is expected to move them: the
# spread of its prior (ridge regression).
KNOTS = np.array([0.0, 10.0, 20.0, 35.0, 50.0, 65.0, 80.0])
EXPECTED_SHIFT_YEARS = 2.5
# A few faces that happen to agree are not that sure.
LEAST_NOISE_YEARS = 5.0
# A map of ages rises by at least this much a year: nobody older becomes younger.
LEAST_RISE = 0.2
# An estimator without any weight would not be a member of the vote.
LEAST_WEIGHT = 0.01
# Makes weights sum to 1.
FIRM = 1e3


@dataclass(frozen=True, slots=True)
class Truths:
    """The labels of N faces: years, and 1 for female and 0 for male; NaN where there is none."""

    years: Array
    females: Array

    def take(self, faces: NDArray[np.intp]) -> "Truths":
        return Truths(self.years[faces], self.females[faces])


def fit_vote(vote: Vote, ballots: Ballots, truths: Truths) -> Vote:
    """`vote` with weights and a map of ages that suit the `truths`, and with intervals and
    probabilities that hold for them."""
    if np.isfinite(truths.years).any() and ballots.ages:
        vote = replace(vote, age_weights=_weigh_ages(vote, ballots.ages, truths.years))
        vote = replace(vote, age_map=_fit_map(vote, ballots, truths.years))
    if np.isfinite(truths.females).any() and ballots.females:
        vote = replace(vote, gender_weights=_weigh_genders(vote, ballots, truths.females))
    return fit_confidence(vote, ballots, truths)


def fit_confidence(vote: Vote, ballots: Ballots, truths: Truths) -> Vote:
    """`vote` with intervals that hold 80% of the true ages, and probabilities that hold."""
    aged, gendered = np.isfinite(truths.years), np.isfinite(truths.females)
    if aged.any() and ballots.ages:
        ages = vote_ages(vote, ballots.ages)
        spreads = measure_spread(ages.years, ages.shares)
        faces = AgedFaces(truths.years, map_years(vote.age_map, ages.years), spreads)
        vote = replace(vote, interval=fit_interval(faces.choose(aged)))
    if gendered.any() and ballots.females:
        females = vote_genders(vote, ballots.females)
        labeled = GenderedFaces(truths.females == 1.0, females, _vote_years(vote, ballots))
        vote = replace(vote, gender=fit_scale(labeled.choose(gendered)))
    return vote


def decide_ages(vote: Vote, ballots: Ballots) -> list[AgeEstimate] | None:
    """The age of each face; None without estimators of ages."""
    return bound_votes(vote, vote_ages(vote, ballots.ages)) if ballots.ages else None


def decide_genders(vote: Vote, ballots: Ballots) -> Array | None:
    """The probability (N,) of female of each face; None without estimators of genders."""
    if not ballots.females:
        return None
    females = vote_genders(vote, ballots.females)
    return scale_genders(vote.gender, females, _vote_years(vote, ballots))


def _vote_years(vote: Vote, ballots: Ballots) -> Array:
    """The voted age (N,) of each face; without estimators of ages, all count as adults."""
    if ballots.ages:
        return vote_ages(vote, ballots.ages).years
    faces = len(next(iter(ballots.females.values())))
    return np.full(faces, float(ADULT_YEARS))


def _weigh_ages(
    vote: Vote, ballots: Sequence[AgeBallot], truths: Array
) -> Mapping[str, float | tuple[AgeWeight, ...]]:
    """A weight for each estimator, if each has one and is asked about every face."""
    known = np.isfinite(truths)
    before = [vote.age_weights.get(one.name, 1.0) for one in ballots]
    if len(ballots) < 2 or not all(one.asked.all() for one in ballots) or not _are_single(before):
        return vote.age_weights
    opinions = np.stack([one.ages.years[known] for one in ballots], axis=1)
    return _weigh([one.name for one in ballots], before, opinions, truths[known])


def _weigh_genders(
    vote: Vote, ballots: Ballots, truths: Array
) -> Mapping[str, float | GenderWeights]:
    known = np.isfinite(truths)
    before = [vote.gender_weights.get(name, 1.0) for name in ballots.females]
    if len(before) < 2 or not _are_single(before):
        return vote.gender_weights
    opinions = np.stack([one[known] for one in ballots.females.values()], axis=1)
    return _weigh(list(ballots.females), before, opinions, truths[known])


def _are_single(weights: Sequence[object]) -> bool:
    return all(isinstance(weight, float | int) for weight in weights)


def _weigh(
    names: Sequence[str], before: Sequence[object], opinions: Array, truths: Array
) -> dict[str, float]:
    """The weights, none negative, of the mean of `opinions` (N, K) that is nearest to `truths`
    (N,); the weights `before` count as much as PRIOR_FACES faces (ridge regression)."""
    # It takes long to import, and few commands need it.
    from scipy.optimize import nnls  # noqa: PLC0415

    shares = np.array(before, dtype=np.float64)
    shares /= shares.sum()
    firmness = np.sqrt(PRIOR_FACES * np.mean((opinions @ shares - truths) ** 2) * len(names))
    rows = np.vstack([opinions, firmness * np.eye(len(names)), np.full((1, len(names)), FIRM)])
    found, _ = nnls(rows, np.concatenate([truths, firmness * shares, [FIRM]]))
    weights = np.round(found.clip(LEAST_WEIGHT), 3).tolist()
    return dict(zip(names, weights, strict=True))


def _fit_map(vote: Vote, ballots: Ballots, truths: Array) -> tuple[tuple[float, float], ...]:
    """What voted ages are to become, at a few ages; straight in between."""
    known = np.isfinite(truths)
    voted: Ages = vote_ages(vote, ballots.ages)
    years = voted.years[known]
    basis = np.stack([np.interp(years, KNOTS, row) for row in np.eye(len(KNOTS))], axis=1)
    missing = truths[known] - years
    firmness = max(float(np.std(missing)), LEAST_NOISE_YEARS) / EXPECTED_SHIFT_YEARS
    rows = np.vstack([basis, firmness * np.eye(len(KNOTS))])
    shifts, *_ = np.linalg.lstsq(rows, np.concatenate([missing, np.zeros(len(KNOTS))]), rcond=None)
    mapped = (KNOTS + shifts).clip(0.0, None)
    for index in range(1, len(mapped)):
        least = mapped[index - 1] + LEAST_RISE * (KNOTS[index] - KNOTS[index - 1])
        mapped[index] = max(mapped[index], least)
    return tuple(zip(KNOTS.tolist(), np.round(mapped, 2).tolist(), strict=True))
