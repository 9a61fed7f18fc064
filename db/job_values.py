"""Values of jobs: as they are accepted and followed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from db.states import ErrorCode, JobState


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
