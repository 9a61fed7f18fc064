"""The outputs of an estimator to ages: a mean, and a distribution over whole years."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.age_groups import LAST_AGE
from models.estimators.activations import softmax
from models.packs.readings import AgeClasses, AgeGroups, AgeReading, AgeYears

Array = NDArray[np.float64]

# The ages that distributions are over, a year each.
AGES = np.arange(LAST_AGE + 1)


@dataclass(frozen=True, slots=True)
class Ages:
    """What an estimator makes of the ages of N faces."""

    years: Array  # (N,)
    shares: Array  # (N, AGES), rows sum to 1

    def __len__(self) -> int:
        return len(self.years)


def read_ages(reading: AgeReading, output: NDArray[np.float32]) -> Ages:
    """The ages of an `output` (N, labels) as `reading` describes it."""
    values = output.reshape(len(output), -1).astype(np.float64)
    if isinstance(reading, AgeYears):
        years = (values[:, 0] * reading.factor).clip(0, LAST_AGE)
        spread = reading.spread_years + reading.spread_per_year * years
        return Ages(years, spread_normally(years, spread))
    if reading.logits:
        values = softmax(values)
    chances = values / np.maximum(values.sum(axis=1, keepdims=True), TINY)
    class_years, spreading = _describe_classes(reading)
    if reading.pick == "likeliest":
        chances = np.eye(reading.labels)[chances.argmax(axis=1)]
    return Ages(chances @ class_years, chances @ spreading)


def average_ages(looks: list[Ages]) -> Ages:
    """The mean of several looks at the same faces."""
    return Ages(
        np.mean([one.years for one in looks], axis=0),
        np.mean([one.shares for one in looks], axis=0),
    )


def spread_normally(years: Array, spread_years: Array) -> Array:
    """Shares (N, AGES) of normal distributions around `years` (N,) with `spread_years` (N,)."""
    shares = np.exp(-0.5 * ((AGES - years[:, None]) / spread_years[:, None]) ** 2)
    spread: Array = shares / shares.sum(axis=1, keepdims=True)
    return spread


# Keeps an output of nothing but zeros from being divided by zero.
TINY = 1e-12


def _describe_classes(reading: AgeClasses | AgeGroups) -> tuple[Array, Array]:
    """The years (labels,) that classes stand for, and the ages (labels, AGES) they spread over."""
    if isinstance(reading, AgeClasses):
        years = np.array(reading.years, dtype=np.float64)
        return years, _split_years(years)
    middles = [(low + high) / 2 for low, high in reading.groups]
    spreading = np.array([(low <= AGES) & (high >= AGES) for low, high in reading.groups], float)
    spreading /= spreading.sum(axis=1, keepdims=True)
    return np.array(reading.years or middles, dtype=np.float64), spreading


def _split_years(years: Array) -> Array:
    """Each age as shares of the two whole years around it, so that their mean is the age."""
    below = np.floor(years).astype(int)
    above = np.minimum(below + 1, LAST_AGE)
    rows = np.arange(len(years))
    shares = np.zeros((len(years), len(AGES)))
    np.add.at(shares, (rows, below), 1 - (years - below))
    np.add.at(shares, (rows, above), years - below)
    return shares
