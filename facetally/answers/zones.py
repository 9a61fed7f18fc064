"""Who was in which part of the pictures of a job."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from facetally.answers.audience import ScreenTime
from facetally.answers.presence import PresenceGroup


class Zone(TypedDict):
    """A polygon by its corners in order, as fractions of a picture from its upper left."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class KeptZone:
    """A zone as the server keeps it."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class SourceZones:
    """The zones of a live source."""

    source: str
    zones: tuple[KeptZone, ...]


@dataclass(frozen=True, slots=True)
class ZoneNames:
    """The zones that headcounts have counted people in, and those that live sources have now."""

    zones: tuple[str, ...]
    sources: tuple[SourceZones, ...]


@dataclass(frozen=True, slots=True)
class Crossings:
    """How often anyone in a video came into a zone, and left it."""

    zone: str
    entered: int | None
    left: int | None


@dataclass(frozen=True, slots=True)
class ZoneGroup(PresenceGroup):
    """Who was in a zone."""

    zone: str | None


@dataclass(frozen=True, slots=True)
class ZoneAudience:
    """Who was in each zone. `inside` were in any, and `outside` in none; shares of all are those of
    `inside`. People count once in each shot, or once in the job if it `is_linked`. Counts under
    `min_cell` are withheld, and others rounded to a multiple of it."""

    job: int
    zones: tuple[KeptZone, ...]  # of a headcount, as they are now
    is_linked: bool
    count: str  # people or seconds
    inside: int | None
    outside: int | None
    screen_time: ScreenTime | None
    min_cell: int
    groups_withheld: int
    crossings: tuple[Crossings, ...]
    groups: tuple[ZoneGroup, ...]
    # The answer as it came, with what this version of the client doesn't know.
    raw: object = field(repr=False, compare=False)
