"""Playlists of a server, and who saw each content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from facetally.answers.audience import ScreenTime, Share


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
class ContentGroup:
    """Who saw a content; None stands for what was not asked for, and for what is withheld."""

    content: str | None
    gender: str | None
    age_band: str | None
    people: int | None
    share: Share | None  # of all rows
    share_within: Share | None  # of the same content
    soft_share: float | None  # within these, by the models' own probabilities
    screen_time: ScreenTime | None  # where seconds are counted


@dataclass(frozen=True, slots=True)
class PlaylistAudience:
    """Who saw each content. `viewers` saw any, and `others` were there while the playlist ran and
    saw none. Counts under `min_cell` are withheld, and others rounded to a multiple of it."""

    playlist: Playlist
    count: str  # people or seconds
    viewers: int | None
    others: int | None
    people_too_unclear: int | None
    items_undated: int  # of which nobody knows what ran
    jobs_without_times: tuple[int, ...]  # headcounts that did not keep when people were seen
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


class PlaylistQuery(TypedDict, total=False):
    """How the people who saw each content are grouped."""

    by: str  # gender and age_band, or nothing
    bands: str  # marketing, adience, life_stage, or a list as 0-34,35-120
    count: str  # people, or seconds in which people are visible


Spot = Mapping[str, str]
