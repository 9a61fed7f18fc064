"""Values of jobs: as they are accepted and followed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any, Self

from db.pack_values import PackVersion
from db.reach import DEFAULT_TENANT
from db.states import ErrorCode, JobState, PauseReason
from db.stop_rules import Sample
from models.packs.names import DEFAULT_PACK
from models.time_zones import find_zone


class ThumbnailKind(StrEnum):
    """The thumbnail that is kept of a picture."""

    ANNOTATED = "annotated"  # small, with boxes, ages and genders drawn in
    BLURRED = "blurred"  # the same, with every detected face blurred
    NONE = "none"  # nothing


class Duplicates(StrEnum):
    """How items count that have the same bytes as another item of their job."""

    COUNT = "count"  # each counts with faces of its own
    ONCE = "once"  # only the one recorded first has faces; the others refer to it
    SIMILAR = "similar"  # the same, also of pictures that look alike
    REPORT = "report"  # each counts; those that look alike refer to the first of them, too


class DetectionMode(StrEnum):
    """How thoroughly faces are searched for."""

    NORMAL = "normal"  # where the whole picture shows small faces, it is looked at more closely
    CROWD = "crowd"  # every picture is looked at in tiles, too: slower, for panoramas and crowds


class CaptureSource(StrEnum):
    """Where the time of an item is taken from that its submitter gave none."""

    EXIF = "exif"  # from the EXIF or XMP of the picture itself
    GIVEN = "given"  # from nowhere: it stays unknown


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How the items of a job are analyzed."""

    thumbnails: ThumbnailKind = ThumbnailKind.ANNOTATED
    duplicates: Duplicates = Duplicates.COUNT
    # The name of the pack whose models analyze them.
    pack: str = DEFAULT_PACK
    detection: DetectionMode = DetectionMode.NORMAL
    captured_at: CaptureSource = CaptureSource.EXIF
    # In which its days and hours are counted, and of times without an offset from UTC.
    time_zone: str = "UTC"
    # Which dimensions the folders of an item are, as a person wrote it.
    folders_as: str | None = None
    # For videos: how many frames are analyzed, from when to when, at most how many, and whether an
    # annotated video is made.
    frames_per_second: float = 2.0
    start_seconds: float = 0.0
    end_seconds: float | None = None
    max_frames: int | None = None
    annotated_video: bool = False
    # Whether its faces are linked to people.
    people: bool = False
    # Which share has to be known, and how well, for the job to stop: as `StopRule` is written.
    stop_when: str | None = None
    # Where results are written as they come: the address of a folder or of a part of a bucket.
    results_to: str | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """The options that were stored with a job; options that are missing have their defaults."""
        known = {field.name: stored[field.name] for field in fields(cls) if field.name in stored}
        known["thumbnails"] = ThumbnailKind(stored["thumbnails"])
        known["duplicates"] = Duplicates(stored.get("duplicates", Duplicates.COUNT))
        known["detection"] = DetectionMode(stored.get("detection", DetectionMode.NORMAL))
        known["captured_at"] = CaptureSource(stored.get("captured_at", CaptureSource.EXIF))
        return cls(**known)

    @property
    def zone(self) -> tzinfo:
        """Raises ValueError where this machine does not know the zone."""
        return find_zone(self.time_zone)

    @property
    def counts_once(self) -> bool:
        """Whether a duplicate has no faces of its own."""
        return self.duplicates in (Duplicates.ONCE, Duplicates.SIMILAR)

    @property
    def compares_looks(self) -> bool:
        """Whether pictures that look alike are found, which costs a hash of each."""
        return self.duplicates in (Duplicates.SIMILAR, Duplicates.REPORT)

    @property
    def stop_seconds(self) -> float | None:
        """Where analysis of a video stops; None for the end of the video."""
        ends = [] if self.end_seconds is None else [self.end_seconds]
        if self.max_frames is not None:
            ends.append(self.start_seconds + self.max_frames / self.frames_per_second)
        return min(ends, default=None)


class Priority(StrEnum):
    """The share of the workers that a job gets while others wait."""

    LOW = "low"  # a third of the share of a normal job
    NORMAL = "normal"  # equal shares
    HIGH = "high"  # three times the share of a normal job


@dataclass(frozen=True, slots=True)
class NewJob:
    """A submission as it is accepted; its uploads are in `store_folders`. `rerun_of` is the first
    job of the same items."""

    tags: tuple[str, ...] = ()
    options: JobOptions = JobOptions()
    priority: Priority = Priority.NORMAL
    expires_at: datetime | None = None
    store_folders: tuple[str, ...] = ()
    rerun_of: int | None = None
    tenant: str = DEFAULT_TENANT
    # Of the request that submitted it, for logs and traces.
    request_id: str | None = None
    trace_parent: str | None = None
    name: str = ""
    notes: str = ""
    # The live source whose people it counts; such a job has no items.
    headcount: str | None = None


@dataclass(frozen=True, slots=True)
class JobCounts:
    """Always `items == waiting + running + done + failed + cancelled`.

    `duplicates` is how many of `done` have the same bytes as another item.
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
    """How many videos are running, the share of them that is analyzed, and the share of their
    annotated videos that is drawn, None while there are none."""

    running: int
    analyzed: float
    annotated: float | None


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a job is paused: the code with which its first items failed, or another reason; and what
    to do."""

    at: datetime
    code: ErrorCode | PauseReason
    message: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erased job had; `erased_at` is None until all of it is removed."""

    items: int
    faces: int
    thumbnails: int
    uploads: int
    asked_at: datetime
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was written of a job's results, and the last error of doing so; `is_complete` once the
    job has ended and all of it is written."""

    uri: str
    deliveries: int
    items: int
    faces: int
    size_bytes: int
    is_complete: bool
    error: str | None


@dataclass(frozen=True, slots=True)
class LinkedPeople:
    """How many people a job shows, and how many it may be; `linked` is how many faces in pictures,
    and people in shots of videos, were linked. Or an `error`: why that is not known."""

    people: int | None = None
    low: int | None = None
    high: int | None = None
    linked: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class JobLabel:
    """What tells a job apart in a list of choices."""

    id: int
    name: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job, its progress, and when it will be done."""

    id: int
    state: JobState
    name: str
    notes: str
    tags: tuple[str, ...]
    options: JobOptions
    # The versions of its pack that analyzed it: none before its first chunk, and several only where
    # a person resumed it after its pack had changed.
    packs: tuple[PackVersion, ...]
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
    rerun_of: int | None
    headcount: str | None
    # Of a job that stops when a share is known.
    sample: Sample | None
    # Of a job that asks for people, once they are linked.
    people: LinkedPeople | None
    skipped: Mapping[str, int]
    # The folder whose files are still being listed.
    listing: str | None
    # None where results are written nowhere.
    delivered: Delivered | None
