"""What comes in over HTTP, as the OpenAPI document shows it; all of it is checked before any
view."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from db.bands import parse_bands
from db.evaluations import Evaluation
from db.grouping import AudienceQuery
from db.results import ResultFilter
from db.slices import Period, SliceQuery
from db.states import ErrorCode, ItemState, JobState
from db.values import (
    Duplicates,
    ItemError,
    JobOptions,
    NewItem,
    NewJob,
    Priority,
    ThumbnailKind,
)
from worker.store import SCHEME

LONGEST_NAME = 1024
DIMENSION_PREFIX = "dimension."
RESULTS_PER_PAGE = 100
MOST_RESULTS_PER_PAGE = 1000
# No video has more frames to show, and none lasts longer: a week.
MOST_FRAMES_PER_SECOND = 60.0
LONGEST_VIDEO_SECONDS = 604_800.0
GROUPINGS = ("gender", "age_band")
MOST_BY_DIMENSIONS = 4
# No database of ours takes a NUL, nor half of a character.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _refuse_unstorable(text: str) -> str:
    if UNSTORABLE.search(text):
        raise ValueError("the text holds a NUL or half of a character")
    return text


def _assume_utc(moment: datetime) -> datetime:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise ValueError("the moment lies outside the years 1 to 9999") from None


Moment = Annotated[datetime, AfterValidator(_assume_utc)]
Text = Annotated[str, AfterValidator(_refuse_unstorable)]
Name = Annotated[Text, Field(min_length=1, max_length=LONGEST_NAME)]
Uri = Annotated[Text, Field(min_length=1, max_length=4096)]
Tag = Annotated[Text, Field(min_length=1, max_length=100)]
Dimensions = Annotated[
    dict[
        Annotated[Text, Field(min_length=1, max_length=64, pattern=r'^[^"\\]*$')],
        Annotated[Text, Field(max_length=200)],
    ],
    Field(max_length=20),
]
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


FORBIDDEN = ItemError(
    ErrorCode.FORBIDDEN_SOURCE, "An item cannot be named by an address in the store; upload it."
)


def clean_name(name: str) -> str:
    """An item's name as results may show it: forward slashes, nothing that steers a terminal."""
    visible = re.sub(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "", name)
    # A name that is not UTF-8 reaches us in pieces that no database takes.
    sound = visible.encode(errors="replace").decode()
    return sound.replace("\\", "/")[-LONGEST_NAME:] or "unnamed"


class Strict(BaseModel):
    """Refuses what it does not know, so that a misspelt field is never silently ignored."""

    model_config = ConfigDict(extra="forbid")


class OptionsBody(Strict):
    """How the items of a job are worked on.

    Thumbnails are `annotated` with boxes and labels; `blurred`, the same with every face that was
    found made unrecognisable; or `none`.

    Of items with the same bytes either each counts (`count`), or only the one that was recorded
    first (`once`): the others then have no faces of their own, and name it as `duplicate_of`.

    Videos are looked at `frames_per_second` times a second from `start_seconds` to `end_seconds`,
    at most `max_frames` times; with `annotated_video` a copy with boxes is kept.
    """

    thumbnails: ThumbnailKind = ThumbnailKind.ANNOTATED
    duplicates: Duplicates = Duplicates.COUNT
    frames_per_second: Annotated[float, Field(gt=0, le=MOST_FRAMES_PER_SECOND)] = 2.0
    start_seconds: Annotated[float, Field(ge=0, le=LONGEST_VIDEO_SECONDS)] = 0.0
    end_seconds: Annotated[float, Field(gt=0, le=LONGEST_VIDEO_SECONDS)] | None = None
    max_frames: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    annotated_video: bool = False

    @model_validator(mode="after")
    def _check_video(self) -> Self:
        if self.end_seconds is not None and self.end_seconds <= self.start_seconds:
            raise ValueError("end_seconds must be greater than start_seconds")
        if self.annotated_video and self.thumbnails is ThumbnailKind.BLURRED:
            raise ValueError(
                "annotated_video shows faces between the frames that are looked at: it goes with "
                "no blurred thumbnails"
            )
        return self

    def to_options(self) -> JobOptions:
        return JobOptions(**{one.name: getattr(self, one.name) for one in fields(JobOptions)})


class ItemBody(Strict):
    """An item by its address; `name` is how results call it, its address where none is given."""

    uri: Uri
    name: Name | None = None
    captured_at: Moment | None = None
    dimensions: Dimensions = {}

    def to_item(self) -> NewItem:
        name = clean_name(self.name or self.uri)
        # Only the server itself gives out addresses in its store: they lead to others' uploads,
        # too.
        refusal = FORBIDDEN if self.uri.startswith(SCHEME) else None
        # Without its address it stays refused: a retry would follow it.
        uri = "" if refusal else self.uri
        return NewItem(name, uri, self.captured_at, self.dimensions, refusal)


class SubmissionFields(Strict):
    """What every submission may say. A draft stays open for appends until it is finalized."""

    options: OptionsBody = OptionsBody()
    tags: Annotated[list[Tag], Field(max_length=20)] = []
    priority: Priority = Priority.NORMAL
    expires_at: Moment | None = None
    draft: bool = False

    def to_job(self, batches: tuple[str, ...] = ()) -> NewJob:
        return NewJob(
            tuple(self.tags), self.options.to_options(), self.priority, self.expires_at, batches
        )


class JobBody(SubmissionFields):
    """A submission whose items are named by their addresses: here, or in a file at an address.

    A `manifest` is a .csv, .ndjson or .jsonl that the server reads, such as
    s3://campaign-photos/2026/list.csv; `path` in it is meant from where it lies.
    """

    items: list[ItemBody] = []
    manifest: Uri | None = None

    @model_validator(mode="after")
    def _require_items(self) -> Self:
        if self.items and self.manifest:
            raise ValueError("give either items or a manifest")
        if not (self.items or self.manifest or self.draft):
            raise ValueError("items must not be empty, unless the job is a draft")
        return self


class SubmissionQuery(OptionsBody):
    """What a submission says whose body is a list of items."""

    tag: Annotated[list[Tag], Field(max_length=20)] = []
    priority: Priority = Priority.NORMAL
    expires_at: Moment | None = None
    draft: bool = False

    def to_job(self) -> NewJob:
        return NewJob(tuple(self.tag), self.to_options(), self.priority, self.expires_at)


class UploadForm(SubmissionFields):
    """A submission of files: any number of parts with a file name, pictures or .zip and .tar
    archives."""

    files: list[Annotated[str, Field(json_schema_extra={"format": "binary"})]] = []
    dimensions: Dimensions = {}


class AppendForm(Strict):
    """More files for a draft."""

    files: list[Annotated[str, Field(json_schema_extra={"format": "binary"})]] = []
    dimensions: Dimensions = {}


class KeyHeader(BaseModel):
    """A request sent again under the same key and with the same content changes nothing."""

    idempotency_key: str | None = Field(None, alias="Idempotency-Key", min_length=1, max_length=200)


class JobPath(BaseModel):
    """The number of a job."""

    job_id: Number


class TrackPath(BaseModel):
    """A track of a video."""

    item_id: Number
    track: int = Field(ge=1, le=2**31 - 1)


class ItemPath(BaseModel):
    """The number of an item."""

    item_id: Number


class EvaluationPath(BaseModel):
    """The name of an evaluation."""

    name: Name


class JobsQuery(Strict):
    """Which jobs; `cursor` is the `next_cursor` of the page before."""

    state: JobState | None = None
    limit: int = Field(20, ge=1, le=100)
    cursor: Number | None = None


class EventsQuery(Strict):
    """Which jobs to follow."""

    job: list[Number] = Field(min_length=1, max_length=100)


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
    first_day: date | None = Field(None, alias="from")
    last_day: date | None = Field(None, alias="to")
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
