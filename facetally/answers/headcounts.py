"""Headcounts: the people of live sources, counted into a job a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from facetally.answers.audience import Share


@dataclass(frozen=True, slots=True)
class ZoneTally:
    """Who was in a zone today, and how often anybody came in and left; None where withheld."""

    zone: str
    people: int | None
    seconds: float | None
    mean_seconds: float | None
    entered: int | None
    left: int | None


@dataclass(frozen=True, slots=True)
class Headcount:
    """A live source whose people are counted, and who was counted today: `female` is a share of
    `people`.

    Counts are None before the first frame, and where they are withheld. `problem` says why nothing
    can be counted now; it is tried again.
    """

    source: str
    tags: tuple[str, ...]
    dimensions: Mapping[str, str]
    detection: str
    keeps_times: bool  # whether it is kept when each person was seen
    started_at: datetime
    is_counting: bool
    is_stopping: bool
    problem: str | None
    job: int | None
    people: int | None
    seconds: float | None
    female: Share | None
    zones: tuple[ZoneTally, ...]  # who was in two of them is in both


@dataclass(frozen=True, slots=True)
class Headcounts:
    """The live sources of a server, and those whose people are counted."""

    sources: tuple[str, ...]
    headcounts: tuple[Headcount, ...]
