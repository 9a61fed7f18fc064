"""How the outputs of an estimator are read: as ages, and as genders."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from models.age_groups import LAST_AGE

# What a class stands for: the mean over all of them, or only the likeliest one.
Pick = Literal["expected", "likeliest"]


@dataclass(frozen=True, slots=True)
class AgeClasses:
    """An output (N, classes): the probability of each of these ages, or its logits."""

    kind: Literal["classes"]
    years: tuple[float, ...]
    output: int = 0
    logits: bool = False
    pick: Pick = "expected"

    def __post_init__(self) -> None:
        _check_output(self.output)
        _check_ascending("years", self.years)

    @property
    def labels(self) -> int:
        return len(self.years)


@dataclass(frozen=True, slots=True)
class AgeGroups:
    """An output (N, groups): the probability of each group of ages, or its logits.

    `years` is the age that each group stands for; its middle if there are none.
    """

    kind: Literal["groups"]
    groups: tuple[tuple[int, int], ...]
    years: tuple[float, ...] = ()
    output: int = 0
    logits: bool = False
    pick: Pick = "expected"

    def __post_init__(self) -> None:
        _check_output(self.output)
        _check_ascending("groups", [age for group in self.groups for age in group])
        if self.years:
            _check_ascending("years", self.years)
            if len(self.years) != len(self.groups):
                raise ValueError(
                    f"years must have one age for each of {len(self.groups)} groups, "
                    f"got {len(self.years)}"
                )

    @property
    def labels(self) -> int:
        return len(self.groups)


@dataclass(frozen=True, slots=True)
class AgeYears:
    """An output (N, 1): the age itself, in units of `factor` years. The standard deviation of its
    error is `spread_years` at birth, and `spread_per_year` more for each year."""

    kind: Literal["years"]
    spread_years: float
    spread_per_year: float = 0.0
    output: int = 0
    factor: float = 1.0

    def __post_init__(self) -> None:
        _check_output(self.output)
        if not 0.1 <= self.spread_years <= 50:
            raise ValueError(f"spread_years must be 0.1 to 50, got {self.spread_years}")
        if not 0 <= self.spread_per_year <= 1:
            raise ValueError(f"spread_per_year must be 0 to 1, got {self.spread_per_year}")
        if not 0 < self.factor <= LAST_AGE:
            raise ValueError(f"factor must be above 0, at most {LAST_AGE}, got {self.factor}")

    @property
    def labels(self) -> int:
        return 1


AgeReading = Annotated[AgeClasses | AgeGroups | AgeYears, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class GenderClasses:
    """An output (N, 2): the probabilities of `classes`, female and male in either order, or their
    logits."""

    kind: Literal["softmax"]
    classes: tuple[Literal["female", "male"], ...]
    output: int = 0
    logits: bool = False

    def __post_init__(self) -> None:
        _check_output(self.output)
        if sorted(self.classes) != ["female", "male"]:
            raise ValueError(f"classes must be female and male, got {', '.join(self.classes)}")

    @property
    def labels(self) -> int:
        return len(self.classes)


@dataclass(frozen=True, slots=True)
class GenderShare:
    """An output (N, 1): the probability of the gender `of`, or its logit."""

    kind: Literal["sigmoid"]
    of: Literal["female", "male"]
    output: int = 0
    logits: bool = False

    def __post_init__(self) -> None:
        _check_output(self.output)

    @property
    def labels(self) -> int:
        return 1


GenderReading = Annotated[GenderClasses | GenderShare, Field(discriminator="kind")]


def _check_output(output: int) -> None:
    if not 0 <= output < 100:
        raise ValueError(f"output must be a number from 0, got {output}")


def _check_ascending(name: str, ages: tuple[float, ...] | list[int]) -> None:
    if len(ages) < 2:
        raise ValueError(f"{name} must be at least two")
    if not 0 <= min(ages) <= max(ages) <= LAST_AGE:
        raise ValueError(f"{name} must be 0 to {LAST_AGE}, got {min(ages)} to {max(ages)}")
    if any(age > following for age, following in pairwise(ages)):
        raise ValueError(f"{name} must ascend")
