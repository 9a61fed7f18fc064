"""What is asked for over HTTP: which jobs, which results, whose faces; checked before any view."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas.requests import Name, Number, Strict, Text
from db.audience.bands import parse_bands
from db.audience.evaluations import Evaluation
from db.audience.grouping import AudienceQuery
from db.audience.slices import Period, SliceQuery
from db.results.filters import ResultFilter
from db.states import ItemState, JobState
from db.videos.tracks import TRACKS_PER_ITEM

DIMENSION_PREFIX = "dimension."
RESULTS_PER_PAGE = 100
MOST_RESULTS_PER_PAGE = 1000
GROUPINGS = ("gender", "age_band")
MOST_BY_DIMENSIONS = 4
# Before the one and behind the other there is no whole month.
EARLIEST_LAST_DAY, LATEST_FIRST_DAY = date(1, 1, 31), date(9999, 11, 30)


class JobsQuery(Strict):
    """Which jobs; `cursor` is the `next_cursor` of the page before."""

    state: JobState | None = None
    limit: int = Field(20, ge=1, le=100)
    cursor: Number | None = None


class EventsQuery(Strict):
    """Which jobs to follow."""

    job: list[Number] = Field(min_length=1, max_length=100)


class PeopleQuery(Strict):
    """Which people of a video: those behind the number `after`."""

    after: int = Field(0, ge=0, le=TRACKS_PER_ITEM)


class WithDimensions(BaseModel):
    """Takes any number of `dimension.<name>=<value>` beside what it names."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="after")
    def _know_every_name(self) -> Self:
        for name in self.__pydantic_extra__ or {}:
            if not name.startswith(DIMENSION_PREFIX) or name == DIMENSION_PREFIX:
                raise ValueError(f"there is no parameter {name!r}")
        return self

    def dimensions(self) -> Mapping[str, str]:
        extra: Mapping[str, Any] = self.__pydantic_extra__ or {}
        return {name.removeprefix(DIMENSION_PREFIX): str(value) for name, value in extra.items()}


class ResultsQuery(WithDimensions):
    """Which lines of a job's results; also any number of `dimension.<name>=<value>`.

    Ages are whole years, both ends included. Where a condition on faces is given, items without
    such a face are left out, and so are the other faces of the items that stay.

    `view=tracks` gives the people of videos instead, one line or row for each.
    """

    format: Literal["json", "ndjson", "csv", "parquet", "coco"] = "json"
    view: Literal["faces", "tracks"] = "faces"
    state: ItemState | None = None
    gender: Literal["female", "male", "unknown"] | None = None
    age_min: int | None = Field(None, ge=0, le=150)
    age_max: int | None = Field(None, ge=0, le=150)
    score_min: float | None = Field(None, ge=0, le=1)
    limit: int | None = Field(None, ge=1, le=MOST_RESULTS_PER_PAGE)
    cursor: int = Field(-1, ge=-1, le=2**51)

    @model_validator(mode="after")
    def _refuse_view(self) -> Self:
        if self.view == "tracks" and self.format == "coco":
            raise ValueError("COCO has pictures and faces, no tracks: leave view out")
        return self

    def to_filter(self) -> ResultFilter:
        return ResultFilter(
            state=self.state,
            gender=self.gender,
            age_min=self.age_min,
            age_max=self.age_max,
            score_min=self.score_min,
            dimensions=self.dimensions(),
        )


class AudienceParameters(WithDimensions):
    """Whose faces, and how they are grouped; also any number of `dimension.<name>=<value>`.

    `by` is a list of `gender`, `age_band`, one of `day`, `week` and `month`, and names of
    dimensions (`dimension.<name>` for one that is called as any of these). `from` and `to` are days
    in UTC, both included; pictures of which no day is known are then left out. CSV and Parquet hold
    the groups alone; what they rest on is in JSON.
    """

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    format: Literal["json", "csv", "parquet"] = "json"
    job: Number | None = None
    tag: Text | None = None
    first_day: Annotated[date, Field(le=LATEST_FIRST_DAY)] | None = Field(None, alias="from")
    last_day: Annotated[date, Field(ge=EARLIEST_LAST_DAY)] | None = Field(None, alias="to")
    by: Text = "gender,age_band"
    bands: Text = Field("marketing", description="A preset, or a list such as 0-17,18-34,35-120.")
    count: Literal["faces", "people"] = "faces"
    calibration: Name | None = Field(None, description="The evaluation to correct shares with.")

    @model_validator(mode="after")
    def _require_order(self) -> Self:
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise ValueError("from must not come after to")
        return self

    def to_query(self, min_cell: int, calibration: Evaluation | None) -> AudienceQuery:
        """Raises ValueError, with a sentence, for groups or bands that make no sense."""
        parts = list(dict.fromkeys(part.strip() for part in self.by.split(",") if part.strip()))
        periods = [part for part in parts if part in list(Period)]
        if len(periods) > 1:
            raise ValueError(f"by takes one of day, week and month, got {', '.join(periods)}.")
        names = [
            part.removeprefix(DIMENSION_PREFIX)
            for part in parts
            if part not in (*GROUPINGS, *Period)
        ]
        if len(names) > MOST_BY_DIMENSIONS:
            raise ValueError(f"by takes at most {MOST_BY_DIMENSIONS} dimensions, got {len(names)}.")
        return AudienceQuery(
            bands=parse_bands(self.bands),
            by_gender="gender" in parts,
            by_age_band="age_band" in parts,
            slices=SliceQuery(
                job_id=self.job,
                tag=self.tag,
                first_day=self.first_day,
                last_day=self.last_day,
                dimensions=self.dimensions(),
                by_dimensions=tuple(names),
                by_period=Period(periods[0]) if periods else None,
            ),
            counts_people=self.count == "people",
            min_cell=min_cell,
            calibration=calibration,
        )
