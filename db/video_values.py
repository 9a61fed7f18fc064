"""Values of videos: as they are cut, analyzed, joined and read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.face import NONE_DROPPED, AgeEstimate, Box, Dropped, Face, Gender
from models.videos.tracks import SeenFace, Track


@dataclass(frozen=True, slots=True)
class VideoCut:
    """What a video's header says, what is wrong with its file, and the segments it is cut into:
    grid times, from and up to; the last may be open."""

    width_pixels: int
    height_pixels: int
    duration_seconds: float | None
    digest: bytes
    segments: tuple[tuple[int, int | None], ...]
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class FoundFrame:
    """A frame that was looked at: `position` on the grid, `number` in the video; `small` is its
    picture where it may be a track's best."""

    position: int
    number: int
    seconds: float
    fingerprint: bytes
    faces: tuple[Face, ...]
    small_picture: bytes | None = None
    dropped: Dropped = NONE_DROPPED


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """A frame as its segment recorded it."""

    position: int
    number: int
    seconds: float
    fingerprint: bytes
    faces: tuple[SeenFace, ...]


@dataclass(frozen=True, slots=True)
class JoinedVideo:
    """The people of a video; the track of `face_ids[i]` is `face_tracks[i]`, and `thumbnails` are
    the numbers of those that have one."""

    frames: int
    tracks: tuple[Track, ...]
    face_ids: Sequence[int]
    face_tracks: Sequence[int]
    thumbnails: frozenset[int] = frozenset()
    warning: str | None = None
    annotated_video_uri: str | None = None


@dataclass(frozen=True, slots=True)
class AnnotatedVideoProgress:
    """How far an annotated copy has come: `pieces` are kept in `batch`, up to the frame that is
    shown at `drawn_seconds`."""

    batch: str
    clips: int = 0
    drawn_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class StoredTrack:
    """A track as it was recorded, with what results say of its item."""

    item_id: int
    name: str
    position: int
    captured_at: datetime | None
    dimensions: dict[str, str]
    number: int
    first_seconds: float
    last_seconds: float
    seconds_visible: float
    faces: int
    score: float
    gender: Gender
    gender_value: str
    age: AgeEstimate
    age_spread: float
    best_frame: int
    best_seconds: float
    box: Box
    has_thumbnail: bool
