"""Playlists going in and coming out."""

from dataclasses import dataclass
from datetime import datetime

from db.playlists.spots import Spots
from models.errors import FacetallyError

# Of spots in a playlist, of different contents and screens in one, and of playlists of a tenant.
MOST_SPOTS = 1_000_000
MOST_CONTENTS = 1000
MOST_SCREENS = 1000
MOST_PLAYLISTS = 1000


class PlaylistRefused(FacetallyError):
    """The playlist cannot be kept as it is: its message says what to change."""


class NameTaken(PlaylistRefused):
    """There is a playlist of this name: replace it, or choose another name."""


@dataclass(frozen=True, slots=True)
class Viewers:
    """Whose people are counted: those of some jobs, or of all jobs with a tag, or of all headcounts
    of a live source. Raises ValueError for none of these, and for several."""

    jobs: tuple[int, ...] = ()
    tag: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if sum((bool(self.jobs), self.tag is not None, self.source is not None)) != 1:
            raise ValueError(
                "Say whose people saw the playlist, by one of these: jobs, a tag, or a live source."
            )


@dataclass(frozen=True, slots=True)
class Schedule:
    """What ran: the spots, with the names of contents and screens, which are values of a
    `dimension` of items; without one, all spots are for everybody."""

    spots: Spots
    contents: tuple[str, ...]
    dimension: str | None = None
    screens: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True)
class NewPlaylist:
    """What is asked for. `time_zone` is that of times without an offset, which the schedule has no
    longer."""

    tenant: str
    name: str
    viewers: Viewers
    time_zone: str
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist as it is known, without its spots."""

    id: int
    tenant: str
    name: str
    created_at: datetime
    replaced_at: datetime | None
    viewers: Viewers
    time_zone: str
    dimension: str | None
    screens: tuple[str, ...]
    contents: tuple[str, ...]
    spots: int
    first_at: datetime
    last_at: datetime
