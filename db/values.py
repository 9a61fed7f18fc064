"""What goes into the database and comes out of it: plain values, never live rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from db.states import ChunkKind, ErrorCode, ItemState, JobState
from models.face import NONE_DROPPED, Dropped, Face


class ThumbnailKind(StrEnum):
    """What is kept of a picture after its analysis."""

    ANNOTATED = "annotated"  # small, with boxes, ages and genders drawn in
    BLURRED = "blurred"  # the same, with every face that was found made unrecognizable
    NONE = "none"  # nothing


class Duplicates(StrEnum):
    """What becomes of items with the same bytes as another of their job."""

    COUNT = "count"  # each has its own faces, and they count
    ONCE = "once"  # the one recorded first has the faces; the others tell which that is


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How the items of a job are worked on."""

    thumbnails: ThumbnailKind = ThumbnailKind.ANNOTATED
    duplicates: Duplicates = Duplicates.COUNT
    # Of videos: how often they are looked at, from when to when, how often at most, and whether a
    # copy with boxes is made.
    frames_per_second: float = 2.0
    start_seconds: float = 0.0
    end_seconds: float | None = None
    max_frames: int | None = None
    annotated_video: bool = False

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """As they are kept with a job; an option that came later has its default."""
        known = {field.name: stored[field.name] for field in fields(cls) if field.name in stored}
        known["thumbnails"] = ThumbnailKind(stored["thumbnails"])
        known["duplicates"] = Duplicates(stored.get("duplicates", Duplicates.COUNT))
        return cls(**known)

    @property
    def stop_seconds(self) -> float | None:
        """When the part of a video that is asked for ends; None for where the video does."""
        ends = [] if self.end_seconds is None else [self.end_seconds]
        if self.max_frames is not None:
            ends.append(self.start_seconds + self.max_frames / self.frames_per_second)
        return min(ends, default=None)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an item failed, and one sentence its submitter can act on."""

    code: ErrorCode
    message: str


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item as it is accepted; one with an `error` was refused and never reaches a worker."""

    name: str
    uri: str
    captured_at: datetime | None = None
    dimensions: dict[str, str] = field(default_factory=dict)
    error: Failure | None = None


class Priority(StrEnum):
    """How large a part of the fleet a job gets while others wait, too."""

    LOW = "low"  # a third of what a normal job gets
    NORMAL = "normal"  # equal parts
    HIGH = "high"  # three times what a normal job gets


@dataclass(frozen=True, slots=True)
class NewJob:
    """A submission as it is accepted; `batches` are its uploads, by their names in the store."""

    tags: tuple[str, ...] = ()
    options: JobOptions = JobOptions()
    priority: Priority = Priority.NORMAL
    expires_at: datetime | None = None
    batches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JobCounts:
    """At every moment `items == waiting + running + done + failed + cancelled`.

    `duplicates` are those of `done` that have the bytes of another item.
    """

    items: int
    waiting: int
    running: int
    done: int
    failed: int
    cancelled: int
    faces: int
    duplicates: int

    @property
    def ended(self) -> int:
        return self.done + self.failed + self.cancelled


@dataclass(frozen=True, slots=True)
class VideoProgress:
    """So many videos are under way; the part of them that is looked at, and the part that is drawn
    of their annotated copies, None where there are none yet."""

    running: int
    analyzed: float
    annotated: float | None


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a job waits for a person: the code that its first items failed with, and what to do."""

    at: datetime
    code: ErrorCode
    message: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a job held when it was erased; `erased_at` is None until the last of it is gone."""

    items: int
    faces: int
    thumbnails: int
    uploads: int
    asked_at: datetime
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job, how far it is, and when it will be done."""

    id: int
    state: JobState
    tags: tuple[str, ...]
    options: JobOptions
    counts: JobCounts
    videos: VideoProgress | None
    items_per_second: float | None
    eta_seconds: float | None
    priority: Priority
    created_at: datetime
    queued_at: datetime | None
    running_at: datetime | None
    paused_at: datetime | None
    resumed_at: datetime | None
    cancelling_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None
    paused: Pause | None
    erased: Receipt | None


@dataclass(frozen=True, slots=True)
class ClaimedItem:
    """An item that its worker is to analyze."""

    id: int
    name: str
    uri: str
    dimensions: dict[str, str]
    captured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClaimedChunk:
    """A lease: `token` proves it when the chunk is renewed, recorded or given back."""

    id: int
    job_id: int
    token: str
    options: JobOptions
    items: tuple[ClaimedItem, ...]
    crashes: int = 0
    kind: ChunkKind = ChunkKind.ITEMS
    # Of a segment: the grid times of its frames.
    first_frame: int = 0
    stop_frame: int | None = None


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """An encoded picture."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one item of a claimed chunk: faces (none is fine), or an error.

    `digest` is that of its bytes, if they could be read; `duplicate_of` is found out when it is
    recorded. A video is not done by this chunk: it gets one of its own.
    """

    item: ClaimedItem
    error: Failure | None = None
    width_pixels: int | None = None
    height_pixels: int | None = None
    faces: tuple[Face, ...] = ()
    thumbnail: Thumbnail | None = None
    digest: bytes | None = None
    duplicate_of: int | None = None
    is_video: bool = False
    dropped: Dropped = NONE_DROPPED


@dataclass(frozen=True, slots=True)
class RecordedPicture:
    """What was found in a picture before: its copies need no analysis."""

    width_pixels: int | None
    height_pixels: int | None
    faces: tuple[Face, ...]
    thumbnail: Thumbnail | None
    dropped: Dropped = NONE_DROPPED


@dataclass(frozen=True, slots=True)
class StoredFace:
    """A face as it was recorded; `gender` is what `female` meant under the worker's setting."""

    face: Face
    gender: str
    frame: int | None = None
    time_seconds: float | None = None
    track: int | None = None


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One line of a job's results."""

    id: int
    job_id: int
    position: int
    name: str
    state: ItemState
    error: Failure | None
    width_pixels: int | None
    height_pixels: int | None
    captured_at: datetime | None
    dimensions: dict[str, str]
    duplicate_of: int | None
    has_thumbnail: bool
    faces: tuple[StoredFace, ...]
    duration_seconds: float | None = None
    frames: int | None = None
    warning: str | None = None
    annotated_video_uri: str | None = None
    dropped: Dropped = NONE_DROPPED
