"""Reads who was visible when, from the faces and people of the jobs of a playlist.

Faces of photographs are there at one time. People in videos are there in their frames, and those
of live sources in seconds, where their headcount keeps these.
"""

from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.clock import EpochMilliseconds
from db.counts.sightings import MOST_SECONDS
from db.playlists.columns import (
    Column,
    ColumnReader,
    find_people,
    list_estimates,
    make_people,
    number_gender,
)
from db.playlists.looks import Looks
from db.playlists.playlists import select_jobs
from db.playlists.spots import Whole, to_ms
from db.playlists.values import Playlist
from db.states import ItemState
from db.tables.audience import CellRow
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from db.tables.playlists import SightingRow
from db.tables.videos import TrackRow
from models.face import FRONTAL_YAW_DEGREES

VIDEOS_AT_ONCE = 500
MS_PER_SECOND, MS_PER_TENTH = 1000, 100
# Of a video whose header does not tell: a year.
LONGEST_SECONDS = 31_536_000.0


def read_looks(session: Session, playlist: Playlist) -> Looks:
    """Raises AudienceTooLarge."""
    wanted = _Wanted(session, playlist)
    return Looks.join([_read_photos(wanted), _read_videos(wanted), _read_live(wanted)])


def count_undated(session: Session, playlist: Playlist) -> int:
    """The items of its jobs that have no time, so that nobody knows what ran."""
    of_jobs = ItemRow.job_id.in_(select_jobs(session, playlist.tenant, playlist.viewers))
    undated = select(func.count(ItemRow.id)).where(
        of_jobs, ItemRow.state == ItemState.DONE, ItemRow.captured_at.is_(None)
    )
    return session.scalars(undated).one()


def list_jobs_without_times(session: Session, playlist: Playlist) -> list[int]:
    """The headcounts among its jobs that counted people and did not keep when they were seen."""
    has_times = select(SightingRow.id).where(SightingRow.job_id == JobRow.id).exists()
    has_people = select(CellRow.job_id).where(CellRow.job_id == JobRow.id).exists()
    headcounts = select_jobs(session, playlist.tenant, playlist.viewers).where(
        JobRow.headcount.is_not(None), has_people, ~has_times
    )
    return list(session.scalars(headcounts.order_by(JobRow.id)))


class _Wanted:
    """Whose looks are read: the people of which jobs, in front of which screens."""

    def __init__(self, session: Session, playlist: Playlist) -> None:
        self.playlist = playlist
        self.reader = ColumnReader(session)
        self.jobs: Select[int] = select_jobs(session, playlist.tenant, playlist.viewers)
        self._screens = {name: index for index, name in enumerate(playlist.screens)}

    def screen_of(self, dimensions: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
        name = self.playlist.dimension
        return (literal(0) if name is None else dimensions[name].as_string()).label("screen")

    def number_screens(self, screens: Column) -> Whole:
        """The indexes of screens by their names, -1 for one that the playlist does not have."""
        if self.playlist.dimension is None:
            return screens.astype(np.int64)
        return np.array([self._screens.get(name, -1) for name in screens], dtype=np.int64)


def _read_photos(wanted: _Wanted) -> Looks:
    playlist = wanted.playlist
    query = (
        select(
            ItemRow.id,
            EpochMilliseconds(ItemRow.captured_at).label("at_ms"),
            wanted.screen_of(ItemRow.dimensions),
            *list_estimates(FaceRow),
        )
        .join(FaceRow, FaceRow.item_id == ItemRow.id)
        .where(
            ItemRow.job_id.in_(wanted.jobs),
            ItemRow.state == ItemState.DONE,
            ItemRow.frames.is_(None),
            ItemRow.captured_at >= playlist.first_at,
            ItemRow.captured_at < playlist.last_at,
        )
    )
    items, at_ms, screens, *estimates = wanted.reader.read(query)
    people = make_people(items, estimates, is_track=False)
    nothing = np.zeros(len(people), dtype=np.int64)
    person = np.arange(len(people))
    return Looks(people, person, wanted.number_screens(screens), at_ms, nothing, nothing)


def _read_videos(wanted: _Wanted) -> Looks:
    starts_ms = EpochMilliseconds(ItemRow.captured_at)
    length_ms = func.coalesce(ItemRow.duration_seconds + 1.0, LONGEST_SECONDS) * MS_PER_SECOND
    query = select(
        ItemRow.id, starts_ms.label("at_ms"), wanted.screen_of(ItemRow.dimensions)
    ).where(
        ItemRow.job_id.in_(wanted.jobs),
        ItemRow.state == ItemState.DONE,
        ItemRow.frames.is_not(None),
        ItemRow.captured_at < wanted.playlist.last_at,
        starts_ms + length_ms > to_ms(wanted.playlist.first_at),
    )
    ids, starts, screens = wanted.reader.read(query.order_by(ItemRow.id), counts=False)
    videos = (ids, starts, wanted.number_screens(screens))
    parts = [
        _read_some_videos(wanted, tuple(one[first : first + VIDEOS_AT_ONCE] for one in videos))
        for first in range(0, max(1, len(ids)), VIDEOS_AT_ONCE)
    ]
    return Looks.join(parts)


def _read_some_videos(wanted: _Wanted, videos: tuple[Column, ...]) -> Looks:
    """The people of videos, by number, start and screen; each of their faces stands for an equal
    part of the time in which they are visible."""
    ids, starts, screens = videos
    of_videos = [int(one) for one in ids]
    tracks = (TrackRow.item_id, TrackRow.number, TrackRow.seconds_visible, TrackRow.faces)
    found = select(*tracks, *list_estimates(TrackRow)).where(TrackRow.item_id.in_(of_videos))
    items, numbers, seconds, faces, *estimates = wanted.reader.read(found, counts=False)
    looks = select(
        FaceRow.item_id,
        FaceRow.track,
        FaceRow.time_seconds,
        case((func.abs(FaceRow.yaw) <= FRONTAL_YAW_DEGREES, 1), else_=0).label("facing"),
    ).where(FaceRow.item_id.in_(of_videos), FaceRow.track.is_not(None))
    of_items, of_tracks, at_seconds, facing = wanted.reader.read(looks)
    person = find_people((items, numbers), (of_items, of_tracks))
    is_known = person >= 0
    person = person[is_known]
    video = np.searchsorted(ids, of_items[is_known])
    offsets = np.floor(at_seconds[is_known].astype(float) * MS_PER_SECOND).astype(np.int64)
    shown = np.round(seconds.astype(float) / np.maximum(1, faces) * MS_PER_SECOND)
    visible_ms = shown.astype(np.int64)[person]
    return Looks(
        make_people(items, estimates, is_track=True),
        person,
        screens[video],
        starts[video] + offsets,
        visible_ms,
        visible_ms * facing[is_known],
    )


def _read_live(wanted: _Wanted) -> Looks:
    """Whoever is seen at all is seen within a day, as the jobs of headcounts are a day each."""
    playlist, table = wanted.playlist, SightingRow
    query = select(
        table.job_id,
        EpochMilliseconds(table.first_second).label("first_ms"),
        table.seconds,
        wanted.screen_of(table.dimensions),
        table.judged,
        number_gender(table.gender),
        table.age,
        (table.female_milli / 1000.0).label("female"),
        table.width_years,
    ).where(
        table.job_id.in_(wanted.jobs),
        table.first_second < playlist.last_at,
        table.first_second >= playlist.first_at - timedelta(seconds=MOST_SECONDS),
    )
    jobs, first_ms, packed, screens, *estimates = wanted.reader.read(query, counts=False)
    lengths = np.array([len(one) // 2 for one in packed], dtype=np.int64)
    wanted.reader.note(int(lengths.sum()))
    person = np.repeat(np.arange(len(jobs)), lengths)
    second = np.arange(len(person)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    tenths = np.frombuffer(b"".join(packed), dtype=np.uint8).reshape(-1, 2).astype(np.int64)
    is_seen = tenths[:, 0] > 0
    return Looks(
        # Numbers of jobs are not those of items.
        make_people(-jobs, estimates, is_track=True),
        person[is_seen],
        wanted.number_screens(screens)[person][is_seen],
        (first_ms[person] + second * MS_PER_SECOND)[is_seen],
        *(tenths[is_seen] * MS_PER_TENTH).T,
    )
