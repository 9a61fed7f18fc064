"""Step 6 for videos: tracks are read back, a page at a time, in the order of their items."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from db.audience.cells import Unit
from db.audience_tables import CellRow
from db.item_values import Thumbnail
from db.results.filters import NOT_ERASED, ResultFilter
from db.states import ChunkKind, ItemState
from db.tables import ChunkRow, ItemRow
from db.video_tables import TrackRow, TrackThumbnailRow
from db.video_values import StoredTrack
from models.face import AgeEstimate, Box, Gender

# A track's place among all of a job: that of its item, so many times, and then its number.
TRACKS_PER_ITEM = 1 << 20


def read_tracks(
    session: Session, job_id: int, wanted: ResultFilter, *, after: int, limit: int
) -> list[StoredTrack]:
    """A page of a job's tracks in their order, behind the place `after` (-1 for the first page)."""
    behind = divmod(after, TRACKS_PER_ITEM)
    query = (
        select(ItemRow, TrackRow)
        .join(TrackRow, TrackRow.item_id == ItemRow.id)
        .where(
            ItemRow.job_id == job_id,
            ItemRow.position >= behind[0],
            tuple_(ItemRow.position, TrackRow.number) > behind,
            NOT_ERASED,
            *_conditions(wanted),
        )
        .order_by(ItemRow.position, TrackRow.number)
        .limit(limit)
    )
    return [_stored_track(item, track) for item, track in session.execute(query)]


def read_tracks_of_item(
    session: Session, item_id: int, *, after: int, limit: int
) -> list[StoredTrack]:
    """The people of one video in their order, behind the number `after` (0 for the first)."""
    query = (
        select(ItemRow, TrackRow)
        .join(TrackRow, TrackRow.item_id == ItemRow.id)
        .where(ItemRow.id == item_id, TrackRow.number > after, NOT_ERASED)
        .order_by(TrackRow.number)
        .limit(limit)
    )
    return [_stored_track(item, track) for item, track in session.execute(query)]


def count_tracks_of_item(session: Session, item_id: int) -> int:
    """How many people one video shows, shot by shot."""
    query = select(func.count()).select_from(TrackRow).where(TrackRow.item_id == item_id)
    return session.scalars(query).one()


def count_people(session: Session, job_ids: Sequence[int]) -> dict[int, int]:
    """How many people the videos of these jobs show, shot by shot, so far; of each job that has
    videos."""
    videos = select(ChunkRow.job_id).where(
        ChunkRow.job_id.in_(job_ids), ChunkRow.kind == ChunkKind.JOIN
    )
    with_videos = set(session.scalars(videos.distinct()))
    if not with_videos:
        return {}
    counted = (
        select(CellRow.job_id, func.sum(CellRow.faces))
        .where(CellRow.job_id.in_(with_videos), CellRow.unit == Unit.TRACK)
        .group_by(CellRow.job_id)
    )
    found = {job_id: int(people) for job_id, people in session.execute(counted)}
    return {job_id: found.get(job_id, 0) for job_id in with_videos}


def cursor_of(track: StoredTrack) -> int:
    """What `after` is for the page behind this track."""
    return track.position * TRACKS_PER_ITEM + track.number


def read_track_thumbnail(session: Session, item_id: int, number: int) -> Thumbnail | None:
    """The frame that shows a person best, or None where none is kept."""
    query = (
        select(TrackThumbnailRow)
        .join(ItemRow, ItemRow.id == TrackThumbnailRow.item_id)
        .where(
            ItemRow.id == item_id,
            # Thumbnails are kept from when they are drawn, and shown when all of them are.
            ItemRow.state == ItemState.DONE,
            TrackThumbnailRow.number == number,
            NOT_ERASED,
        )
    )
    row = session.scalars(query).first()
    return None if row is None else Thumbnail(row.media_type, row.content)


def _conditions(wanted: ResultFilter) -> list[ColumnElement[bool]]:
    conditions = [
        ItemRow.dimensions[name].as_string() == value for name, value in wanted.dimensions.items()
    ]
    if wanted.state not in (None, ItemState.DONE):
        # Only what is done has tracks.
        conditions.append(ItemRow.state == wanted.state)
    if wanted.gender is not None:
        conditions.append(TrackRow.gender == wanted.gender)
    if wanted.age_min is not None:
        conditions.append(TrackRow.age >= wanted.age_min)
    if wanted.age_max is not None:
        conditions.append(TrackRow.age <= wanted.age_max)
    if wanted.score_min is not None:
        conditions.append(TrackRow.score >= wanted.score_min)
    return conditions


def _stored_track(item: ItemRow, track: TrackRow) -> StoredTrack:
    return StoredTrack(
        item_id=item.id,
        name=item.name,
        position=item.position,
        captured_at=item.captured_at,
        dimensions=item.dimensions,
        number=track.number,
        first_seconds=track.first_seconds,
        last_seconds=track.last_seconds,
        seconds_visible=track.seconds_visible,
        faces=track.faces,
        score=track.score,
        gender=Gender(track.female),
        gender_value=track.gender,
        age=AgeEstimate(track.age_years, track.age_low, track.age_high, track.age_group),
        age_spread=track.age_spread,
        best_frame=track.best_frame,
        best_seconds=track.best_seconds,
        box=Box(track.x, track.y, track.width, track.height),
        has_thumbnail=track.has_thumbnail,
    )
