"""Playlists of a server, and who saw each content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from facetally.answers.audience import ScreenTime
from facetally.answers.presence import PresenceGroup


@dataclass(frozen=True, slots=True)
class Playlist:
    """What ran when, for the people of `jobs`, of a `tag`, or of the live `source`. `dimension` and
    `screens` say where spots ran on some screens only."""

    id: int
    tenant: str
    name: str
    created_at: datetime
    replaced_at: datetime | None
    jobs: tuple[int, ...]
    tag: str | None
    source: str | None
    time_zone: str
    dimension: str | None
    screens: tuple[str, ...]
    contents: tuple[str, ...]
    spots: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Airtime:
    """How often and how long a content ran."""

    content: str
    spots: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ContentGroup(PresenceGroup):
    """Who saw a content."""

    content: str | None


@dataclass(frozen=True, slots=True)
class PlaylistAudience:
    """Who saw each content. `viewers` saw any, and `others` were there while the playlist ran and
    saw none. Counts under `min_cell` are withheld, and others rounded to a multiple of it."""

    playlist: Playlist
    count: str  # people or seconds
    viewers: int | None
    others: int | None
    people_too_unclear: int | None
    items_undated: int  # without a time: nobody knows what ran
    jobs_without_times: tuple[int, ...]  # headcounts that did not keep when people were seen
    linked_jobs: tuple[int, ...]  # where somebody in two shots is one person, not two
    screen_time: ScreenTime | None
    min_cell: int
    groups_withheld: int
    airtimes: tuple[Airtime, ...]
    groups: tuple[ContentGroup, ...]
    # The answer as it came, with what this version of the client doesn't know.
    raw: object = field(repr=False, compare=False)


class NewPlaylist(TypedDict, total=False):
    """Whose people saw it, by one of jobs, tag and source; and how its times are read."""

    jobs: tuple[int, ...]
    tag: str | None
    source: str | None  # the name of a live source
    time_zone: str | None  # of times without an offset; by default that of the jobs
    replace: bool  # take the place of one with the same name


Spot = Mapping[str, str]
