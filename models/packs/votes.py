"""How the estimators of a pack vote: weights, and what makes the outcome honest."""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    """What the 80% age interval adds to the estimators' own distributions: a normal spread of
    `added_spread_years`."""

    added_spread_years: float = 5.2

    def __post_init__(self) -> None:
        if not 0 < self.added_spread_years <= 50:
            raise ValueError(
                f"added_spread_years must be above 0, at most 50, got {self.added_spread_years}"
            )


@dataclass(frozen=True, slots=True)
class Vote:
    """Weights by the names of estimators, 1 where none is given: one for all classes, or one for
    each."""

    age_weights: Mapping[str, float | tuple[AgeWeight, ...]] = field(default_factory=dict)
    gender_weights: Mapping[str, float | GenderWeights] = field(default_factory=dict)
    interval: Interval = field(default_factory=Interval)

    def __post_init__(self) -> None:
        for weight in (*self.age_weights.values(), *self.gender_weights.values()):
            if isinstance(weight, float | int):
                _check_weight(weight)

    def named(self) -> frozenset[str]:
        """The estimators that have a weight."""
        return frozenset([*self.age_weights, *self.gender_weights])


def _check_weight(weight: float) -> None:
    if not 0 < weight <= 1000:
        raise ValueError(f"a weight must be above 0, at most 1000, got {weight}")
