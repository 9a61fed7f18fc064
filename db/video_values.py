"""Values of videos: as they are cut, analyzed, joined and read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.face import NONE_DROPPED, AgeEstimate, Box, Dropped, Face, FaceQuality, Gender
from models.tracks.tracks import SeenFace, Track


@dataclass(frozen=True, slots=True)
class VideoCut:
    """How a video is cut: its header, a warning about its file, when it was recorded, and its
    segments as (first, stop) grid times, of which the last stop may be open."""

    width_pixels: int
    height_pixels: int
    duration_seconds: float | None
    digest: bytes
    segments: tuple[tuple[int, int | None], ...]
    warning: str | None = None
    captured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundFrame:
    """An analyzed frame: its `position` on the grid, its `number` in the video, and a small picture
    if it may be the best frame of a track."""

    position: int
    number: int
    seconds: float
    fingerprint: bytes
    faces: tuple[Face, ...]
    small_picture: bytes | None = None
    dropped: Dropped = NONE_DROPPED


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """A recorded frame."""

    position: int
    number: int
    seconds: float
    fingerprint: bytes
    faces: tuple[SeenFace, ...]


@dataclass(frozen=True, slots=True)
class JoinedVideo:
    """The people of a video: the track of `face_ids[i]` is `face_tracks[i]`, and `thumbnails` are
    the numbers of the tracks that have one."""

    frames: int
    tracks: tuple[Track, ...]
    face_ids: Sequence[int]
    face_tracks: Sequence[int]
    thumbnails: frozenset[int] = frozenset()
    warning: str | None = None
    annotated_video_uri: str | None = None


@dataclass(frozen=True, slots=True)
class AnnotatedVideoProgress:
    """How far an annotated video is drawn: its `clips` are kept in `folder`, and end with the frame
    at `drawn_seconds`."""

    folder: str
    clips: int = 0
    drawn_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class StoredTrack:
    """A recorded track, with the item that it belongs to."""

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
    quality: FaceQuality
    judged: bool
    age_spread: float
    best_frame: int
    best_seconds: float
    box: Box
    has_thumbnail: bool
    person: int | None = None
