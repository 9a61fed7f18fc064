"""Zones: parts of a picture, and who was in them."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from api.audience_schemas.presence import PresenceGroup, PresenceParameters
from api.schemas.fields import Strict, Text
from db.audience.screen_time import ScreenTime
from db.presence.queries import PresenceQuery
from db.states import Count
from db.zones.audience import ZONE, Crossings, ZoneAudience
from db.zones.polygons import LONGEST_NAME, MOST_ZONES, Zone

# More than a zone may have, so that the zone itself says what is wrong.
MOST_POINTS_READ = 1000


class ZoneBody(Strict):
    """A polygon by its corners in order: x from the left and y from the top of the upright picture,
    as fractions from 0 to 1."""

    name: Annotated[Text, Field(min_length=1, max_length=LONGEST_NAME)]
    points: Annotated[list[tuple[float, float]], Field(max_length=MOST_POINTS_READ)] = Field(
        examples=[[[0.0, 0.5], [0.4, 0.5], [0.4, 1.0], [0.0, 1.0]]]
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        self.to_zone()
        return self

    def to_zone(self) -> Zone:
        return Zone(self.name, tuple(self.points))


class ZonesBody(PresenceParameters):
    """The zones to count in, which may overlap, and how the people in them are grouped."""

    zones: Annotated[list[ZoneBody], Field(min_length=1, max_length=MOST_ZONES)]

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        names = [zone.name for zone in self.zones]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two zones are called {twice!r}")
        return self


class ZoneField(BaseModel):
    """Which zone; it comes first in each group."""

    zone: str | None


class ZoneGroup(PresenceGroup, ZoneField):
    """Who was in a zone: `people`, with `share` of all rows and `share_within` of its zone."""

    CATEGORY = ZONE


class ZonesOut(BaseModel):
    """Who was in each zone of a job: people in videos, and faces in photographs.

    A person is where the center of their face's box is. Someone who was in two zones is in the rows
    of both: `inside` are the people who were in any, and `outside` those who were in none.
    `crossings` say how often people in videos came in and left. Counts below `min_cell` are
    withheld, and others rounded to a multiple of it.
    """

    job: int
    count: Count
    inside: int | None
    outside: int | None
    screen_time: ScreenTime | None
    min_cell: int
    groups_withheld: int
    crossings: list[Crossings]
    groups: list[ZoneGroup]

    @classmethod
    def of(cls, job_id: int, found: ZoneAudience, query: PresenceQuery) -> Self:
        return cls(
            job=job_id,
            count=query.count,
            inside=found.inside,
            outside=found.outside,
            screen_time=found.table.screen_time,
            min_cell=query.min_cell,
            groups_withheld=found.table.groups_withheld,
            crossings=list(found.crossings),
            groups=[ZoneGroup.of(group) for group in found.table.groups],
        )
