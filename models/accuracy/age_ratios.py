"""The ratios that say how accurate ages are: in years, as age groups, and band by band."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.accuracy.accuracy import AgeAccuracy, BandAccuracy, GroupAccuracy
from models.accuracy.bootstrap import Estimates, Ratio
from models.accuracy.choices import Choices, ClassRatios
from models.accuracy.columns import Columns, Words
from models.statistics.confusion import AgeRange, list_labels


@dataclass(frozen=True, slots=True)
class AgeRatios:
    """The ratios of all faces that are labeled with an age."""

    mean_error: Ratio
    bias: Ratio
    interval_holds: Ratio

    @classmethod
    def of(cls, columns: Columns) -> Self:
        inside = (columns.low <= columns.true_age) & (columns.true_age <= columns.high)
        return cls(
            mean_error=Ratio.mean(np.abs(columns.age_error), columns.aged),
            bias=Ratio.mean(columns.age_error, columns.aged),
            interval_holds=Ratio.share(inside, columns.aged),
        )

    def __iter__(self) -> Iterator[Ratio]:
        yield from (self.mean_error, self.bias, self.interval_holds)

    def read(self, estimates: Estimates, groups: Mapping[str, "GroupRatios"]) -> AgeAccuracy | None:
        """None where no face is labeled with an age."""
        if self.bias not in estimates:
            return None
        return AgeAccuracy(
            mean_error=estimates[self.mean_error],
            bias=estimates[self.bias],
            interval_holds=estimates[self.interval_holds],
            groups={name: group.read(estimates) for name, group in groups.items()},
        )


@dataclass(frozen=True, slots=True)
class GroupRatios:
    """The ratios of age as a choice among bands."""

    choices: Choices
    error: Ratio
    one_off: Ratio
    classes: tuple[ClassRatios, ...]

    @classmethod
    def of(cls, columns: Columns, bands: Sequence[AgeRange]) -> Self:
        choices = Choices(columns.true_bands(bands), columns.bands(bands), columns.aged)
        labels = list_labels(bands)
        apart = np.abs(_number(choices.true, labels) - _number(choices.predicted, labels))
        return cls(
            choices,
            error=Ratio.share(apart > 0, columns.aged),
            one_off=Ratio.share(apart <= 1, columns.aged),
            classes=tuple(ClassRatios.of(choices, label) for label in labels),
        )

    def __iter__(self) -> Iterator[Ratio]:
        yield from (self.error, self.one_off)
        for each in self.classes:
            yield from each

    def read(self, estimates: Estimates) -> GroupAccuracy:
        labels = [one.name for one in self.classes]
        return GroupAccuracy(
            error=estimates[self.error],
            one_off=estimates[self.one_off],
            classes=tuple(one.read(estimates) for one in self.classes),
            confusion=self.choices.tabulate(labels, labels),
        )


def _number(words: Words, labels: Sequence[str]) -> NDArray[np.int64]:
    return np.array([labels.index(word) for word in words], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class BandRatios:
    """The ratios of the faces labeled with ages of one band."""

    band: str
    bias: Ratio
    mean_error: Ratio
    gender_decided: Ratio

    @classmethod
    def of(cls, columns: Columns, bands: Sequence[AgeRange]) -> tuple[Self, ...]:
        """One for each of the `bands`."""
        true, off = columns.true_bands(bands), columns.age_error
        return tuple(
            cls(
                label,
                bias=Ratio.mean(off, columns.aged & (true == label)),
                mean_error=Ratio.mean(np.abs(off), columns.aged & (true == label)),
                gender_decided=Ratio.share(
                    columns.gender == columns.true_gender,
                    columns.aged & (true == label) & columns.decided,
                ),
            )
            for label in list_labels(bands)
        )

    def __iter__(self) -> Iterator[Ratio]:
        yield from (self.bias, self.mean_error, self.gender_decided)

    def read(self, estimates: Estimates) -> BandAccuracy | None:
        """None where no face is labeled with an age of the band."""
        if self.bias not in estimates:
            return None
        return BandAccuracy(
            band=self.band,
            faces=estimates[self.bias].faces,
            bias=estimates[self.bias],
            mean_error=estimates[self.mean_error],
            gender_decided=estimates.get(self.gender_decided),
        )
