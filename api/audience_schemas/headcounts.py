"""Headcounts: the people of live sources, counted into a job a day."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, field_validator

from api.schemas.dimensions import Dimensions
from api.schemas.fields import Strict, Tag
from db.audience.grouping import AudienceGroup
from db.audience.table import Audience
from db.counts.zone_counts import ZONE_DIMENSION
from db.job_values import DetectionMode
from db.jobs.headcounts import SOURCE_DIMENSION, Headcount
from db.zones.audience import Crossings, ZoneAudience
from models.statistics.shares import Share
from worker.addresses.live_sources import LONGEST_NAME


class HeadcountPath(BaseModel):
    """A live source by its name."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)


class HeadcountBody(Strict):
    """Whose people to count, and the tags and dimensions of the jobs that have them. With
    `keeps_times`, it is kept in which seconds each person was seen, which playlists need."""

    source: str = Field(min_length=1, max_length=LONGEST_NAME)
    tags: Annotated[list[Tag], Field(max_length=20)] = Field(default=[])
    dimensions: Dimensions = Field(default={})
    detection: DetectionMode = DetectionMode.NORMAL
    keeps_times: bool = False

    @field_validator("dimensions")
    @classmethod
    def _refuse_own(cls, dimensions: dict[str, str]) -> dict[str, str]:
        if SOURCE_DIMENSION in dimensions:
            raise ValueError("the dimension source is the name of the live source: leave it out")
        if ZONE_DIMENSION in dimensions:
            raise ValueError("the dimension zone is that of zones: give it another name")
        return dimensions


class ZoneTally(BaseModel):
    """Who was in a zone today so far, and how often anybody came in and left."""

    zone: str
    people: int | None
    seconds: float | None
    mean_seconds: float | None
    entered: int | None
    left: int | None

    @classmethod
    def list_of(cls, found: ZoneAudience) -> list[Self]:
        """`found` has a row for each zone, with times."""
        rows = zip(found.table.groups, found.crossings, strict=True)
        return [cls.of(group, crossings) for group, crossings in rows]

    @classmethod
    def of(cls, group: AudienceGroup, crossings: Crossings) -> Self:
        time = group.screen_time
        return cls(
            zone=crossings.zone,
            people=group.faces,
            seconds=None if time is None else time.seconds,
            mean_seconds=None if time is None else time.mean_seconds,
            entered=crossings.entered,
            left=crossings.left,
        )


class HeadcountOut(BaseModel):
    """A headcount, and who was counted in the job of the day so far.

    `job` is null before the first frame. `problem` says why nothing can be counted now; it is tried
    again. `people`, `seconds` and `female`, a share of people, are withheld or rounded as in
    audiences, and people count once they have left. `zones` are those of the source; who was in two
    of them is in both.
    """

    source: str
    tags: list[str]
    dimensions: dict[str, str]
    detection: DetectionMode
    keeps_times: bool
    started_at: datetime
    is_counting: bool
    is_stopping: bool
    problem: str | None
    job: int | None
    people: int | None
    seconds: float | None
    female: Share | None
    zones: list[ZoneTally]

    @classmethod
    def of(cls, headcount: Headcount, found: Audience | None, zones: list[ZoneTally]) -> Self:
        """`found` is grouped by gender, and has times."""
        asked, groups = headcount.asked, found.groups if found is not None else ()
        time = found.screen_time if found is not None else None
        females = (group.share_within for group in groups if group.gender == "female")
        return cls(
            source=asked.source,
            tags=list(asked.tags),
            dimensions=dict(asked.dimensions),
            detection=asked.detection,
            keeps_times=asked.keeps_times,
            started_at=headcount.started_at,
            is_counting=headcount.is_counting,
            is_stopping=headcount.is_stopping,
            problem=headcount.problem,
            job=headcount.job_id,
            people=found.faces if found is not None else None,
            seconds=time.seconds if time is not None else None,
            female=next(females, None),
            zones=zones,
        )


class HeadcountsOut(BaseModel):
    """The live sources of the caller, and those whose people are counted."""

    sources: list[str]
    headcounts: list[HeadcountOut]
