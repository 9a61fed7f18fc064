"""A choice among classes, such as genders or age bands: its ratios and its confusion table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.accuracy.accuracy import ClassAccuracy, ConfusionTable
from models.accuracy.bootstrap import Estimates, Ratio
from models.accuracy.columns import Mask, Words


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """The labeled and the predicted class of each picture, (N,), valid where `among` is set."""

    true: Words
    predicted: Words
    among: Mask

    def tabulate(self, truths: Sequence[str], predictions: Sequence[str]) -> ConfusionTable:
        counts = tuple(
            tuple(
                int(np.sum(self.among & (self.true == truth) & (self.predicted == predicted)))
                for predicted in predictions
            )
            for truth in truths
        )
        return ConfusionTable(tuple(truths), tuple(predictions), counts)


@dataclass(frozen=True, slots=True)
class ClassRatios:
    """The ratios of one class."""

    name: str
    precision: Ratio
    recall: Ratio
    f1: Ratio

    @classmethod
    def of(cls, choices: Choices, name: str) -> Self:
        is_it = choices.among & (choices.true == name)
        predicted = choices.among & (choices.predicted == name)
        both = (is_it & predicted).astype(float)
        return cls(
            name,
            precision=Ratio(both, predicted.astype(float)),
            recall=Ratio(both, is_it.astype(float)),
            # The harmonic mean of the two, as one ratio.
            f1=Ratio(2 * both, is_it.astype(float) + predicted),
        )

    def __iter__(self) -> Iterator[Ratio]:
        yield from (self.precision, self.recall, self.f1)

    def read(self, estimates: Estimates) -> ClassAccuracy:
        return ClassAccuracy(
            self.name,
            precision=estimates.get(self.precision),
            recall=estimates.get(self.recall),
            f1=estimates.get(self.f1),
        )
