"""Values of items: as they are accepted, claimed, analyzed and read back."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from db.job_values import JobOptions
from db.states import ChunkKind, ErrorCode, ItemState
from models.errors import ItemError
from models.face import NONE_DROPPED, Dropped, Face

# The URI of an upload is `store:<folder>/<number>`: only this server gives such URIs out.
STORE_SCHEME = "store:"
LONGEST_NAME = 1024


def clean_name(name: str) -> str:
    """An item's name, safe to show: forward slashes, and no control characters for terminals."""
    visible = re.sub(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "", name)
    # A name that is not UTF-8 arrives with surrogates, which no database stores.
    storable = visible.encode(errors="replace").decode()
    return storable.replace("\\", "/")[-LONGEST_NAME:] or "unnamed"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an item failed, with a message that its submitter can act on."""

    code: ErrorCode
    message: str

    @classmethod
    def of(cls, error: ItemError) -> Self:
        return cls(ErrorCode(error.code), str(error))


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item as it is accepted; one with an `error` was rejected at submission."""

    name: str
    uri: str
    captured_at: datetime | None = None
    dimensions: dict[str, str] = field(default_factory=dict)
    error: Failure | None = None


@dataclass(frozen=True, slots=True)
class ClaimedItem:
    """An item for a worker to analyze."""

    id: int
    name: str
    uri: str
    dimensions: dict[str, str]
    captured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClaimedChunk:
    """A leased chunk: its `token` proves the lease when it is renewed, recorded or released."""

    id: int
    job_id: int
    token: str
    options: JobOptions
    items: tuple[ClaimedItem, ...]
    crashes: int = 0
    kind: ChunkKind = ChunkKind.ITEMS
    # For a segment: its frames, as grid times.
    first_frame: int = 0
    stop_frame: int | None = None
    # Of the request that submitted its job, for logs and traces.
    request_id: str | None = None
    trace_parent: str | None = None
    submitted_at: datetime | None = None
    # When its hint was last sent.
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """An encoded picture."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The outcome of one item of a claimed chunk: faces, possibly none, or an error.

    `digest` is None if its bytes could not be read; `duplicate_of` is set when it is recorded. A
    video is only recognized here: it is analyzed in a chunk of its own.
    """

    item: ClaimedItem
    error: Failure | None = None
    width_pixels: int | None = None
    height_pixels: int | None = None
    faces: tuple[Face, ...] = ()
    thumbnail: Thumbnail | None = None
    digest: bytes | None = None
    # How it looks, where that matters.
    look: bytes | None = None
    duplicate_of: int | None = None
    is_video: bool = False
    dropped: Dropped = NONE_DROPPED


@dataclass(frozen=True, slots=True)
class RecordedPicture:
    """What was recorded for a picture, so that duplicates of it need no analysis."""

    width_pixels: int | None
    height_pixels: int | None
    faces: tuple[Face, ...]
    thumbnail: Thumbnail | None
    dropped: Dropped = NONE_DROPPED


@dataclass(frozen=True, slots=True)
class StoredFace:
    """A recorded face; `gender` is what the worker's setting made of the probability of female."""

    face: Face
    gender: str
    frame: int | None = None
    time_seconds: float | None = None
    track: int | None = None
    # Where people are linked: who it is, within the job.
    person: int | None = None


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item with its results."""

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
