"""The opinions of several estimators to one age and one gender for each face."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.age_groups import LAST_AGE, nearest_group
from models.estimators.activations import sigmoid
from models.estimators.ages import Ages
from models.estimators.ballots import AgeBallot
from models.estimators.intervals import bound_ages, measure_spread
from models.face import AgeEstimate
from models.packs.votes import ADULT_YEARS, AgeWeight, GenderScale, GenderWeights, Vote

Array = NDArray[np.float64]

# No vote is surer than this, whatever an estimator says.
LEAST_SHARE = 1e-3


def vote_genders(vote: Vote, females: Mapping[str, Array]) -> Array:
    """The probability of female (N,) from those of each estimator, by its name.

    Each class is the weighted sum of its probabilities; both are scaled to sum to 1.
    """
    weights = [_read_gender_weights(vote.gender_weights.get(name, 1.0)) for name in females]
    pairs = list(zip(weights, females.values(), strict=True))
    female = np.sum([one.female * share for one, share in pairs], axis=0)
    male = np.sum([one.male * (1.0 - share) for one, share in pairs], axis=0)
    shares: Array = female / (female + male)
    return shares.clip(0.0, 1.0)


def scale_genders(scale: GenderScale, females: Array, years: Array) -> Array:
    """Voted probabilities of female (N,) as probabilities that hold, for faces of `years` (N,).

    Temperature scaling (Guo et al. 2017), with more caution for children.
    """
    grown = (years / ADULT_YEARS).clip(0.0, 1.0)
    factors = scale.sharpness * (scale.child + (1.0 - scale.child) * grown)
    shares = females.clip(LEAST_SHARE, 1.0 - LEAST_SHARE)
    return sigmoid(factors * np.log(shares / (1.0 - shares)))


def vote_ages(vote: Vote, ballots: Sequence[AgeBallot]) -> Ages:
    """The ages of N faces: the weighted means of the estimators', and their joint distributions."""
    weights = np.array(
        [
            one.asked * weigh_ages(vote.age_weights.get(one.name, 1.0), one.ages.years)
            for one in ballots
        ]
    )
    weights /= weights.sum(axis=0)
    voted = np.einsum("en,en->n", weights, np.array([one.ages.years for one in ballots]))
    shares = np.einsum("en,ena->na", weights, np.array([one.ages.shares for one in ballots]))
    # The models are not accurate to more digits than are shown, and what is shown is counted.
    return Ages(np.round(voted, 1), shares)


def bound_votes(vote: Vote, ages: Ages) -> list[AgeEstimate]:
    """Voted ages, mapped, with their intervals and groups."""
    years = np.round(map_years(vote.age_map, ages.years), 1)
    low, high = bound_ages(vote.interval, years, measure_spread(ages.years, ages.shares))
    return [
        AgeEstimate(one, least, most, nearest_group(one))
        for one, least, most in zip(years.tolist(), low.tolist(), high.tolist(), strict=True)
    ]


def map_years(pairs: Sequence[tuple[float, float]], years: Array) -> Array:
    """What a map of ages makes of `years` (N,); beyond its ends, ages are shifted like its ends."""
    if not pairs:
        return years
    before, mapped = np.array(pairs).T
    shifted: Array = years + np.interp(years, before, mapped - before)
    return shifted.clip(0.0, LAST_AGE)


def weigh_ages(weights: float | Sequence[AgeWeight], years: Array) -> Array:
    """The weight (N,) of an estimator that takes faces for `years` old; 1 between its bands."""
    if isinstance(weights, float | int):
        return np.full(len(years), float(weights))
    weighed = np.ones(len(years))
    whole = np.floor(years + 0.5)
    for one in weights:
        weighed[(one.low <= whole) & (whole <= one.high)] = one.weight
    return weighed


def _read_gender_weights(weight: float | GenderWeights) -> GenderWeights:
    return weight if isinstance(weight, GenderWeights) else GenderWeights(weight, weight)
