"""How far a job is: its counts, its videos, and when it reached each state."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """items = waiting + running + done + failed + cancelled."""

    items: int
    waiting: int
    running: int
    done: int
    failed: int
    cancelled: int
    faces: int
    duplicates: int  # of those done, with the bytes of another


@dataclass(frozen=True, slots=True)
class VideoProgress:
    """The videos in progress, and what part of them is done, from 0 to 1."""

    running: int
    analyzed: float
    annotated: float | None  # of their annotated videos


@dataclass(frozen=True, slots=True)
class Timestamps:
    """When the job reached each state; None where it has not."""

    created: datetime
    queued: datetime | None
    running: datetime | None
    paused: datetime | None
    resumed: datetime | None
    cancelling: datetime | None
    finished: datetime | None


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a job waits for a person, and what to do about it."""

    at: datetime
    # How its first items failed; no_pack: no worker has its models; known: its share is known.
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was written of the results to a folder or bucket."""

    uri: str
    deliveries: int
    items: int
    faces: int
    size_bytes: int
    is_complete: bool  # the job has ended, and everything is written
    error: str | None  # why nothing could be written at the last attempt


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share after this many items in random order, with its 95% interval."""

    items: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Sample:
    """What is known of the share that a job with `stop_when` is to find out; the last
    estimate tells most."""

    stop_when: str
    is_known: bool
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class People:
    """How many people a job shows whose faces are linked: as is likeliest, at least, at most."""

    people: int | None
    low: int | None
    high: int | None
    linked: int | None  # faces in pictures, and people in shots of videos
    error: str | None  # why people are not known


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erased job held; `erased_at` is None until the last of it is gone."""

    items: int
    faces: int
    thumbnails: int
    uploads: int
    asked_at: datetime
    erased_at: datetime | None
