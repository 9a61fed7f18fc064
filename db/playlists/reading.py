"""Reads who was visible when, from the faces and people of the jobs of a playlist.

Faces of photographs are there at one time. People in videos are there in their frames, and those
of live sources in seconds, where their headcount keeps these.
"""

from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.clock import EpochMilliseconds
from db.counts.sightings import MOST_SECONDS
from db.playlists.glimpses import Glimpses
from db.playlists.playlists import select_jobs
from db.playlists.spots import to_ms
from db.playlists.values import Playlist
from db.presence.columns import (
    MS_PER_SECOND,
    Column,
    ColumnReader,
    list_estimates,
    make_people,
    number_gender,
)
from db.presence.frames import read_frames
from db.presence.people import Whole
from db.states import ItemState
from db.tables.audience import CellRow
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from db.tables.playlists import SightingRow

VIDEOS_AT_ONCE = 500
MS_PER_TENTH = 100
# Of a video whose header does not tell: a year.
LONGEST_SECONDS = 31_536_000.0


def read_glimpses(session: Session, playlist: Playlist) -> Glimpses:
    """Raises AudienceTooLarge."""
    wanted = _Wanted(session, playlist)
    return Glimpses.join([_read_photos(wanted), _read_videos(wanted), _read_live(wanted)])


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
    """Whose glimpses are read: the people of which jobs, in front of which screens."""

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


def _read_photos(wanted: _Wanted) -> Glimpses:
    playlist = wanted.playlist
    query = (
        select(
            ItemRow.id,
            ItemRow.job_id,
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
    items, jobs, at_ms, screens, *estimates = wanted.reader.read(query)
    people = make_people(items, jobs, estimates, is_track=False)
    nothing = np.zeros(len(people), dtype=np.int64)
    person = np.arange(len(people))
    return Glimpses(people, person, wanted.number_screens(screens), at_ms, nothing, nothing)


def _read_videos(wanted: _Wanted) -> Glimpses:
    starts_ms = EpochMilliseconds(ItemRow.captured_at)
    length_ms = func.coalesce(ItemRow.duration_seconds + 1.0, LONGEST_SECONDS) * MS_PER_SECOND
    query = select(
        ItemRow.id, ItemRow.job_id, starts_ms.label("at_ms"), wanted.screen_of(ItemRow.dimensions)
    ).where(
        ItemRow.job_id.in_(wanted.jobs),
        ItemRow.state == ItemState.DONE,
        ItemRow.frames.is_not(None),
        ItemRow.captured_at < wanted.playlist.last_at,
        starts_ms + length_ms > to_ms(wanted.playlist.first_at),
    )
    ids, jobs, starts, screens = wanted.reader.read(query.order_by(ItemRow.id), counts=False)
    videos = (ids, jobs, starts, wanted.number_screens(screens))
    parts = [
        _read_some_videos(wanted, tuple(one[first : first + VIDEOS_AT_ONCE] for one in videos))
        for first in range(0, max(1, len(ids)), VIDEOS_AT_ONCE)
    ]
    return Glimpses.join(parts)


def _read_some_videos(wanted: _Wanted, videos: tuple[Column, ...]) -> Glimpses:
    """The people of videos, by number, job, start and screen."""
    ids, jobs, starts, screens = videos
    of_videos = [int(one) for one in ids]
    frames = read_frames(
        wanted.reader,
        lambda query, item: query.where(item.in_(of_videos)),
        lambda found: jobs[np.searchsorted(ids, found)],
    )
    video = np.searchsorted(ids, frames.video)
    return Glimpses(
        frames.people,
        frames.person,
        screens[video],
        starts[video] + frames.at_ms,
        frames.visible_ms,
        frames.facing_ms,
    )


def _read_live(wanted: _Wanted) -> Glimpses:
    """A row for each second in which someone was seen."""
    query = _select_sightings(wanted)
    jobs, first_ms, packed, screens, *estimates = wanted.reader.read(query, counts=False)
    lengths = np.array([len(one) // 2 for one in packed], dtype=np.int64)
    wanted.reader.note(int(lengths.sum()))
    person = np.repeat(np.arange(len(jobs)), lengths)
    second = np.arange(len(person)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    tenths = np.frombuffer(b"".join(packed), dtype=np.uint8).reshape(-1, 2).astype(np.int64)
    is_seen = tenths[:, 0] > 0
    return Glimpses(
        # Numbers of jobs are not those of items.
        make_people(-jobs, jobs, estimates, is_track=True),
        person[is_seen],
        wanted.number_screens(screens)[person][is_seen],
        (first_ms[person] + second * MS_PER_SECOND)[is_seen],
        *(tenths[is_seen] * MS_PER_TENTH).T,
    )


def _select_sightings(wanted: _Wanted) -> Select[*tuple[Any, ...]]:
    """Everyone is seen within a day, as the jobs of headcounts are a day each."""
    playlist, table = wanted.playlist, SightingRow
    return select(
        table.job_id,
        EpochMilliseconds(table.first_second).label("first_ms"),
        table.seconds,
        wanted.screen_of(table.dimensions),
        table.judged,
        number_gender(table.gender),
        table.age,
        (table.female_milli / 1000.0).label("female"),
        table.width_years,
        literal(0).label("person"),
    ).where(
        table.job_id.in_(wanted.jobs),
        table.first_second < playlist.last_at,
        table.first_second >= playlist.first_at - timedelta(seconds=MOST_SECONDS),
    )
