"""How the trained nets vote: with intervals and probabilities that hold on held-out faces."""

from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray

from models.estimators.ballots import Ballots
from models.estimators.vote import scale_genders, vote_ages, vote_genders
from models.face import AgeEstimate
from models.packs.parts import GENDERS
from models.packs.votes import ADULT_YEARS, GenderScale, Interval, Vote
from training.targets import NO_CLASS, Labels

Floats = NDArray[np.float64]

# The share of ages that an interval is to hold.
HELD = 0.8
# How many times as far as by default an interval may reach.
FACTORS = np.arange(0.1, 5.0, 0.1)
SHARPNESSES = np.geomspace(0.1, 5.0, 40)


def fit_vote(ballots: Ballots, labels: Labels) -> Vote:
    """The vote of nets whose `ballots` are about faces that they were not trained on."""
    if not ballots.ages:
        return Vote(gender=_fit_scale(Vote(), ballots, labels))
    vote = Vote(interval=_fit_interval(ballots, labels))
    if not ballots.females:
        return vote
    return Vote(interval=vote.interval, gender=_fit_scale(vote, ballots, labels))


def decide_ages(vote: Vote, ballots: Ballots) -> list[AgeEstimate] | None:
    """The age of each face; None without nets of ages."""
    return vote_ages(vote, ballots.ages) if ballots.ages else None


def decide_genders(vote: Vote, ballots: Ballots) -> Floats | None:
    """The probability (N,) of female of each face; None without nets of genders.

    Without nets of ages, all count as adults.
    """
    if not ballots.females:
        return None
    females = vote_genders(vote, ballots.females)
    ages = decide_ages(vote, ballots)
    years = np.array([one.years for one in ages]) if ages else np.full(len(females), ADULT_YEARS)
    return scale_genders(vote.gender, females, years)


def _fit_interval(ballots: Ballots, labels: Labels) -> Interval:
    """The narrowest interval of the default shape that holds four of five ages."""
    known = labels.age_classes != NO_CLASS
    for factor in FACTORS:
        interval = Interval(*(round(float(one * factor), 3) for one in astuple(Interval())))
        estimates = vote_ages(Vote(interval=interval), ballots.ages)
        held = [one.low <= age <= one.high for one, age in zip(estimates, labels.ages, strict=True)]
        if np.mean(np.array(held)[known]) >= HELD:
            break
    return interval


def _fit_scale(vote: Vote, ballots: Ballots, labels: Labels) -> GenderScale:
    """The sharpness with the lowest log loss (Guo et al. 2017)."""
    known = labels.genders != NO_CLASS
    is_female = labels.genders[known] == GENDERS.index("female")

    def lose(sharpness: float) -> float:
        scaled = Vote(interval=vote.interval, gender=GenderScale(sharpness=sharpness))
        females = decide_genders(scaled, ballots)
        if females is None:
            raise ValueError("Only nets of genders have a sharpness")
        right = np.where(is_female, females[known], 1.0 - females[known])
        return float(-np.log(right.clip(1e-6)).mean())

    best: float = min(SHARPNESSES.tolist(), key=lose)
    return GenderScale(sharpness=round(best, 3))
