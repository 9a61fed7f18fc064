"""What a net tells of a face, and which classes it chooses among."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.fitting.votes import Truths
from models.packs.parts import GENDERS
from models.statistics.confusion import AgeRange

NO_CLASS = -1


class Target(StrEnum):
    """What a net tells of a face."""

    GENDER = "gender"
    AGE = "age"
    AGE_OF_FEMALE = "age-female"  # of faces that are perceived as female
    AGE_OF_MALE = "age-male"

    @property
    def for_gender(self) -> Literal["female", "male"] | None:
        """The gender that a net of ages was trained on, None where it is for all."""
        if self is Target.AGE_OF_FEMALE:
            return "female"
        return "male" if self is Target.AGE_OF_MALE else None


AGE_TARGETS = (Target.AGE, Target.AGE_OF_FEMALE, Target.AGE_OF_MALE)


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of faces (N,): classes of gender and age, -1 for none, and ages in years."""

    genders: NDArray[np.int64]
    age_classes: NDArray[np.int64]
    ages: NDArray[np.float64]  # 0 where there is none

    @classmethod
    def of(
        cls,
        ages: Sequence[float | None],
        genders: Sequence[str | None],
        bands: Sequence[AgeRange],
    ) -> "Labels":
        """Labels as they stand in a table; `bands` are the classes of ages."""
        return cls(
            np.array([_number_gender(one) for one in genders], dtype=np.int64),
            np.array([find_band(one, bands) for one in ages], dtype=np.int64),
            np.array([one or 0.0 for one in ages]),
        )

    def take(self, faces: NDArray[np.int64]) -> "Labels":
        """The labels of some faces, by their indices."""
        return Labels(self.genders[faces], self.age_classes[faces], self.ages[faces])

    @property
    def truths(self) -> Truths:
        """The same labels for fitting a vote; ages without a class count as unknown."""
        return Truths(
            np.where(self.age_classes == NO_CLASS, np.nan, self.ages),
            np.where(self.genders == NO_CLASS, np.nan, self.genders == GENDERS.index("female")),
        )

    def classes_for(self, target: Target) -> NDArray[np.int64]:
        """The class (N,) of each face for a net of `target`, -1 where it has none to learn."""
        if target is Target.GENDER:
            return self.genders
        if target.for_gender is None:
            return self.age_classes
        own = self.genders == GENDERS.index(target.for_gender)
        return np.where(own, self.age_classes, NO_CLASS)

    def mean_years(self, chosen: NDArray[np.bool_], bands: Sequence[AgeRange]) -> list[float]:
        """The mean age of the `chosen` faces (N,) of each class, or its middle without any."""
        return [
            float(self.ages[members].mean())
            if (members := chosen & (self.age_classes == number)).any()
            else (low + high) / 2
            for number, (_, low, high) in enumerate(bands)
        ]


def _number_gender(gender: str | None) -> int:
    return next((number for number, one in enumerate(GENDERS) if one == gender), NO_CLASS)


def find_band(age: float | None, bands: Sequence[AgeRange]) -> int:
    """The number of the band with an age in completed years, -1 if none has it."""
    if age is None:
        return NO_CLASS
    found = (number for number, (_, low, high) in enumerate(bands) if low <= floor(age) <= high)
    return next(found, NO_CLASS)


def count_classes(target: Target, bands: Sequence[AgeRange]) -> int:
    """The number of classes of a net of `target`."""
    return len(GENDERS) if target is Target.GENDER else len(bands)
