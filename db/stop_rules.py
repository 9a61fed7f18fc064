"""When a job stops: once a share is known. And what was known of it so far."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

AGES_OF_RULE = re.compile(r"(\d{1,3})-(\d{1,3})")
LEAST_MARGIN, MOST_MARGIN = 0.002, 0.25


@dataclass(frozen=True, slots=True)
class StopRule:
    """A job may stop once the share of these faces is known within a margin to either side."""

    # `female`, `male`, or ages such as `25-34`.
    faces: str
    margin: float

    def __post_init__(self) -> None:
        is_known = self.faces in ("female", "male") or self.ages is not None
        if not (is_known and LEAST_MARGIN <= self.margin <= MOST_MARGIN):
            raise ValueError(
                "expected whose share has to be known and how well, such as female:0.02 or "
                f"25-34:0.03, with a margin from {LEAST_MARGIN} to {MOST_MARGIN}, got {self}"
            )

    def __str__(self) -> str:
        return f"{self.faces}:{self.margin:g}"

    @property
    def ages(self) -> tuple[int, int] | None:
        """The first and the last age that belong to the share."""
        found = AGES_OF_RULE.fullmatch(self.faces)
        if found is None or int(found[1]) > int(found[2]):
            return None
        return int(found[1]), int(found[2])

    @classmethod
    def parse(cls, text: str) -> Self:
        """`female:0.02`; raises ValueError."""
        faces, _, margin = text.partition(":")
        try:
            return cls(faces.strip(), float(margin))
        except (ValueError, OverflowError):
            raise ValueError(
                f"{text!r} does not say whose share has to be known and how well. Write "
                "female:0.02, male:0.02 or ages like 25-34:0.03, with a margin from "
                f"{LEAST_MARGIN} to {MOST_MARGIN}"
            ) from None


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of a rule after this many items, drawn at random, with its 95% interval."""

    items: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Sample:
    """The estimates of a job that may stop when a share is known, each after a tenth more items
    than the one before."""

    rule: StopRule
    estimates: tuple[Estimate, ...]
    is_known: bool

    @classmethod
    def of(cls, rule: str, stored: Mapping[str, Any]) -> Self:
        estimates = tuple(Estimate(**one) for one in stored["estimates"])
        return cls(StopRule.parse(rule), estimates, stored["is_known"])
