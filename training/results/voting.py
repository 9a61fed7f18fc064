"""How the trained nets vote: with intervals and probabilities that hold on held-out faces."""

from bisect import bisect_left
from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray

from models.estimators.ballots import Ballots
from models.estimators.vote import bound_votes, scale_genders, vote_ages, vote_genders
from models.face import AgeEstimate
from models.packs.parts import GENDERS
from models.packs.votes import ADULT_YEARS, GenderScale, Interval, Vote
from training.targets import NO_CLASS, Labels

Floats = NDArray[np.float64]

# The share of ages that an interval is to hold.
HELD = 0.8
# How many times as far as by default an interval may reach.
FACTORS: list[float] = np.arange(0.1, 5.0, 0.05).tolist()
SHARPNESSES: list[float] = np.geomspace(0.1, 5.0, 40).tolist()


def fit_vote(ballots: Ballots, labels: Labels) -> Vote:
    """The vote of nets whose `ballots` are about faces that they were not trained on."""
    interval = _fit_interval(ballots, labels) if ballots.ages else Interval()
    if not ballots.females:
        return Vote(interval=interval)
    females = vote_genders(Vote(), ballots.females)
    return Vote(
        interval=interval, gender=_fit_scale(females, _estimate_years(ballots), labels.genders)
    )


def decide_ages(vote: Vote, ballots: Ballots) -> list[AgeEstimate] | None:
    """The age of each face; None without nets of ages."""
    return bound_votes(vote, vote_ages(vote, ballots.ages)) if ballots.ages else None


def decide_genders(vote: Vote, ballots: Ballots) -> Floats | None:
    """The probability (N,) of female of each face; None without nets of genders."""
    if not ballots.females:
        return None
    females = vote_genders(vote, ballots.females)
    return scale_genders(vote.gender, females, _estimate_years(ballots))


def _estimate_years(ballots: Ballots) -> Floats:
    """The age (N,) of each face; without nets of ages, all count as adults."""
    ages = decide_ages(Vote(), ballots)
    if ages:
        return np.array([one.years for one in ages])
    faces = len(next(iter(ballots.females.values())))
    return np.full(faces, float(ADULT_YEARS))


def _fit_interval(ballots: Ballots, labels: Labels) -> Interval:
    """The narrowest interval of the default shape that holds four of five ages."""
    known = labels.age_classes != NO_CLASS
    voted = vote_ages(Vote(), ballots.ages)

    def is_wide(factor: float) -> bool:
        estimates = bound_votes(Vote(interval=_scale_interval(factor)), voted)
        held = [one.low <= age <= one.high for one, age in zip(estimates, labels.ages, strict=True)]
        return bool(np.mean(np.array(held)[known]) >= HELD)

    narrowest = bisect_left(FACTORS, True, hi=len(FACTORS) - 1, key=is_wide)
    return _scale_interval(FACTORS[narrowest])


def _scale_interval(factor: float) -> Interval:
    return Interval(*(round(one * factor, 3) for one in astuple(Interval())))


def _fit_scale(females: Floats, years: Floats, genders: NDArray[np.int64]) -> GenderScale:
    """The sharpness with the lowest log loss (Guo et al. 2017)."""
    known = genders != NO_CLASS
    is_female = genders[known] == GENDERS.index("female")

    def lose(sharpness: float) -> float:
        scaled = scale_genders(GenderScale(sharpness), females[known], years[known])
        return float(-np.log(np.where(is_female, scaled, 1.0 - scaled)).mean())

    best: float = min(SHARPNESSES, key=lose)
    return GenderScale(sharpness=round(best, 3))
