"""The ratios that say how accurate genders are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.accuracy.accuracy import GenderAccuracy, ReliabilityBin
from models.accuracy.bootstrap import Estimates, Ratio
from models.accuracy.choices import Choices, ClassRatios
from models.accuracy.columns import Columns
from models.statistics.confusion import PREDICTED_GENDERS, TRUE_GENDERS

RELIABILITY_EDGES = np.arange(11) / 10


@dataclass(frozen=True, slots=True)
class BinRatios:
    """Faces whose probability of female is from `low` to `high`: its mean, and the true share."""

    low: float
    high: float
    predicted: Ratio
    observed: Ratio

    def read(self, estimates: Estimates) -> ReliabilityBin | None:
        """None where no face is in the bin."""
        observed = estimates.get(self.observed)
        if observed is None:
            return None
        return ReliabilityBin(self.low, self.high, estimates[self.predicted].value, observed)


@dataclass(frozen=True, slots=True)
class GenderRatios:
    """The ratios of all faces that are labeled with a gender."""

    choices: Choices
    accuracy: Ratio
    decided: Ratio
    unknown: Ratio
    brier: Ratio
    bins: tuple[BinRatios, ...]
    classes: tuple[ClassRatios, ...]

    @classmethod
    def of(cls, columns: Columns) -> Self:
        choices = Choices(columns.true_gender, columns.gender, columns.gendered)
        accurate = columns.gender == columns.true_gender
        female = columns.true_gender == "female"
        return cls(
            choices,
            accuracy=Ratio.share(accurate, columns.gendered),
            decided=Ratio.share(accurate, columns.decided),
            unknown=Ratio.share(columns.gender == "unknown", columns.gendered),
            # The mean squared error of the probability (Brier 1950).
            brier=Ratio.mean((columns.female - female) ** 2, columns.gendered),
            bins=tuple(_list_bins(columns)),
            classes=tuple(ClassRatios.of(choices, name) for name in TRUE_GENDERS),
        )

    def __iter__(self) -> Iterator[Ratio]:
        yield from (self.accuracy, self.decided, self.unknown, self.brier)
        for one in self.bins:
            yield from (one.predicted, one.observed)
        for each in self.classes:
            yield from each

    def read(self, estimates: Estimates) -> GenderAccuracy | None:
        """None where no face is labeled with a gender."""
        if self.accuracy not in estimates:
            return None
        bins = tuple(read for one in self.bins if (read := one.read(estimates)))
        return GenderAccuracy(
            accuracy=estimates[self.accuracy],
            decided=estimates.get(self.decided),
            unknown=estimates[self.unknown],
            classes=tuple(one.read(estimates) for one in self.classes),
            confusion=self.choices.tabulate(TRUE_GENDERS, PREDICTED_GENDERS),
            brier=estimates[self.brier],
            calibration_error=_measure_calibration_error(bins),
            reliability=bins,
        )


def _list_bins(columns: Columns) -> Iterator[BinRatios]:
    edges = RELIABILITY_EDGES
    numbers = np.digitize(columns.female, edges[1:-1])
    female = columns.true_gender == "female"
    for number in range(len(edges) - 1):
        inside = columns.gendered & (numbers == number)
        yield BinRatios(
            float(edges[number]),
            float(edges[number + 1]),
            predicted=Ratio.mean(columns.female, inside),
            observed=Ratio.share(female, inside),
        )


def _measure_calibration_error(bins: tuple[ReliabilityBin, ...]) -> float:
    """The expected calibration error (Guo et al. 2017): mean distance of bins, by their faces."""
    faces = sum(one.observed.faces for one in bins)
    off = sum(abs(one.predicted - one.observed.value) * one.observed.faces for one in bins)
    return off / faces
