"""Zones: parts of a picture, and who was in them."""

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import BaseModel, Field, field_validator, model_validator

from api.audience_schemas.presence import PresenceGroup, PresenceParameters
from api.schemas.fields import Strict, Text
from db.audience.screen_time import ScreenTime
from db.counts.zone_counts import ZONE_DIMENSION
from db.presence.queries import PresenceQuery
from db.states import Count
from db.zones.audience import Crossings, ZoneAudience
from db.zones.polygons import LONGEST_NAME, MOST_ZONES, Zone
from worker.addresses.live_sources import LONGEST_NAME as LONGEST_SOURCE_NAME

# More than a zone may have, so that the zone itself says what is wrong.
MOST_POINTS_READ = 1000


class ZoneBody(Strict):
    """A polygon by its corners in order: x from the left and y from the top of the upright picture,
    as fractions from 0 to 1."""

    name: Annotated[Text, Field(min_length=1, max_length=LONGEST_NAME)]
    points: Annotated[list[tuple[float, float]], Field(max_length=MOST_POINTS_READ)] = Field(
        examples=[[[0.0, 0.5], [0.4, 0.5], [0.4, 1.0], [0.0, 1.0]]]
    )

    @field_validator("name")
    @classmethod
    def _strip(cls, name: str) -> str:
        """Names that look the same are the same."""
        stripped = " ".join(name.split())
        if not stripped:
            raise ValueError("the name of a zone cannot be empty")
        return stripped

    @model_validator(mode="after")
    def _check(self) -> Self:
        self.to_zone()
        return self

    def to_zone(self) -> Zone:
        return Zone(self.name, tuple(self.points))


class KeptZonesBody(Strict):
    """All zones to keep, which may overlap, in place of those that were kept; none removes them."""

    zones: Annotated[list[ZoneBody], Field(max_length=MOST_ZONES)]

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        names = [zone.name for zone in self.zones]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two zones are called {twice!r}")
        return self

    def to_zones(self) -> list[Zone]:
        return [zone.to_zone() for zone in self.zones]


class ZonesBody(PresenceParameters, KeptZonesBody):
    """The zones to count in, which may overlap, and how the people in them are grouped."""

    zones: Annotated[list[ZoneBody], Field(min_length=1, max_length=MOST_ZONES)]


class ZoneOut(BaseModel):
    """A zone as it is kept."""

    name: str
    points: list[tuple[float, float]]

    @classmethod
    def of(cls, zone: Zone) -> Self:
        return cls(name=zone.name, points=list(zone.points))


class SourceZonesPath(BaseModel):
    """A live source by its name."""

    name: str = Field(min_length=1, max_length=LONGEST_SOURCE_NAME)


class SourceZonesOut(BaseModel):
    """The zones of a live source, in which its headcount counts people."""

    source: str
    zones: list[ZoneOut]

    @classmethod
    def of(cls, source: str, zones: Iterable[Zone]) -> Self:
        return cls(source=source, zones=list(map(ZoneOut.of, zones)))


class JobZonesOut(BaseModel):
    """The zones of the pictures and videos of a job."""

    job: int
    zones: list[ZoneOut]

    @classmethod
    def of(cls, job_id: int, zones: Iterable[Zone]) -> Self:
        return cls(job=job_id, zones=list(map(ZoneOut.of, zones)))


class ZoneNamesOut(BaseModel):
    """The zones that audiences can be filtered and grouped by: those in which headcounts have
    counted people. `sources` have zones now."""

    zones: list[str]
    sources: list[SourceZonesOut]


class ZoneField(BaseModel):
    """Which zone; it comes first in each group."""

    zone: str | None


class ZoneGroup(PresenceGroup, ZoneField):
    """Who was in a zone: `people`, with `share` of what was in any zone and `share_within` of its
    zone."""

    CATEGORY = ZONE_DIMENSION


class ZonesOut(BaseModel):
    """Who was in each zone of a job: people in videos and before live sources, and faces in
    photographs.

    A person is where the center of their face's box is. Someone who was in two zones is in the rows
    of both: `inside` are the people who were in any, and `outside` those who were in none.
    `crossings` say how often people in videos came in and left. People count once in each shot;
    with `is_linked`, once in the job. Counts below `min_cell` are withheld, and others rounded to a
    multiple of it.
    """

    job: int
    zones: list[ZoneOut]
    is_linked: bool
    count: Count
    inside: int | None
    outside: int | None
    screen_time: ScreenTime | None
    min_cell: int
    groups_withheld: int
    crossings: list[Crossings]
    groups: list[ZoneGroup]

    @classmethod
    def of(
        cls, job_id: int, zones: Iterable[Zone], found: ZoneAudience, query: PresenceQuery
    ) -> Self:
        return cls(
            job=job_id,
            zones=list(map(ZoneOut.of, zones)),
            is_linked=found.is_linked,
            count=query.count,
            inside=found.inside,
            outside=found.outside,
            screen_time=found.table.screen_time,
            min_cell=query.min_cell,
            groups_withheld=found.table.groups_withheld,
            crossings=list(found.crossings),
            groups=[ZoneGroup.of(group) for group in found.table.groups],
        )
