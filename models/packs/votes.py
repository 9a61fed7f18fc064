"""How the estimators of a pack vote: weights, and what makes the outcome honest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

# Genders of children are harder to tell: up to this age, a pack may trust its estimators less.
ADULT_YEARS = 18
# The ages at which an interval has a reach. Old faces are taken for younger ones, hardly ever for
# older ones: from 40 up, it reaches no further down.
BELOW_AT = (0.0, 20.0, 40.0)
ABOVE_AT = (0.0, 40.0, 80.0)
MOST_YEARS = 40.0


@dataclass(frozen=True, slots=True)
class AgeWeight:
    """The weight of an estimator where its own age is from `low` to `high` whole years."""

    low: int
    high: int
    weight: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise ValueError(f"low and high must be 0 <= low <= high, got {self.low}, {self.high}")
        _check_weight(self.weight)


@dataclass(frozen=True, slots=True)
class GenderWeights:
    """The weights of an estimator's probabilities of female and of male."""

    female: float
    male: float

    def __post_init__(self) -> None:
        _check_weight(self.female)
        _check_weight(self.male)


@dataclass(frozen=True, slots=True)
class Interval:
    """How far the 80% age interval reaches below and above an age of `years`.

    `below` are years at the ages of BELOW_AT, `above` those at the ages of ABOVE_AT, straight in
    between and even beyond. With s as the standard deviation of the voted distribution, which grows
    with how unsure the estimators are and how far they disagree, the interval reaches to
    sqrt(below**2 + (spread * s)**2) below, and to sqrt(above**2 + (spread * s)**2) above.
    """

    below: tuple[float, float, float] = (0.5, 4.5, 8.5)
    above: tuple[float, float, float] = (0.5, 9.5, 18.0)
    spread: float = 1.0

    def __post_init__(self) -> None:
        for name in ("below", "above"):
            for years in getattr(self, name):
                _check_between(name, years, 0.0, MOST_YEARS)
        _check_between("spread", self.spread, 0.0, 5.0)


@dataclass(frozen=True, slots=True)
class GenderScale:
    """What the log odds of the voted gender are multiplied by: `sharpness` for adults, falling to
    `child` of it at birth."""

    sharpness: float = 1.0
    child: float = 1.0

    def __post_init__(self) -> None:
        _check_between("sharpness", self.sharpness, 0.05, 5.0)
        _check_between("child", self.child, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Vote:
    """Weights by the names of estimators, 1 where none is given: one for all classes, or one for
    each.

    `age_map` are pairs of a voted age and what it becomes, straight in between: a correction that
    was fitted to labeled faces.
    """

    age_weights: Mapping[str, float | tuple[AgeWeight, ...]] = field(default_factory=dict)
    gender_weights: Mapping[str, float | GenderWeights] = field(default_factory=dict)
    interval: Interval = field(default_factory=Interval)
    gender: GenderScale = field(default_factory=GenderScale)
    age_map: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        _check_map(self.age_map)
        for weight in (*self.age_weights.values(), *self.gender_weights.values()):
            if isinstance(weight, float | int):
                _check_weight(weight)

    def named(self) -> frozenset[str]:
        """The estimators that have a weight."""
        return frozenset([*self.age_weights, *self.gender_weights])


def _check_map(pairs: tuple[tuple[float, float], ...]) -> None:
    if len(pairs) == 1:
        raise ValueError("age_map must be at least two pairs")
    for (before, mapped), (following, next_mapped) in pairwise(pairs):
        if not 0 <= before < following or not 0 <= mapped <= next_mapped:
            raise ValueError("age_map must ascend from 0 years up, in both ages of its pairs")


def _check_weight(weight: float) -> None:
    if not 0 < weight <= 1000:
        raise ValueError(f"a weight must be above 0, at most 1000, got {weight}")


def _check_between(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be {low} to {high}, got {value}")
