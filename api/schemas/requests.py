"""What comes in over HTTP, as the OpenAPI document shows it; all of it is checked before any
view."""

import re
from dataclasses import fields
from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from db.item_values import Failure, NewItem
from db.job_values import Duplicates, JobOptions, NewJob, Priority, ThumbnailKind
from db.states import ErrorCode
from worker.sources.store import SCHEME

LONGEST_NAME = 1024
# Once in 100 s: what looks more seldom is a mistake.
LEAST_FRAMES_PER_SECOND = 0.01
# No video has more frames to show, and none lasts longer: a week.
MOST_FRAMES_PER_SECOND = 60.0
LONGEST_VIDEO_SECONDS = 604_800.0
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


FORBIDDEN = Failure(
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
    found made unrecognizable; or `none`.

    Of items with the same bytes either each counts (`count`), or only the one that was recorded
    first (`once`): the others then have no faces of their own, and name it as `duplicate_of`.

    Videos are looked at `frames_per_second` times a second from `start_seconds` to `end_seconds`,
    at most `max_frames` times; with `annotated_video` a copy with boxes is kept.
    """

    thumbnails: ThumbnailKind = ThumbnailKind.ANNOTATED
    duplicates: Duplicates = Duplicates.COUNT
    frames_per_second: Annotated[
        float, Field(ge=LEAST_FRAMES_PER_SECOND, le=MOST_FRAMES_PER_SECOND)
    ] = 2.0
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
