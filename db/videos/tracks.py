"""Tracks, the people of videos, are read a page at a time, in the order of their items."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from db.counts.tally import Unit
from db.counts.totals import TOO_UNCLEAR
from db.item_values import Thumbnail
from db.quality import read_quality
from db.results.faces import read_age, read_box
from db.results.filters import NOT_ERASED, ResultFilter
from db.states import ChunkKind, ItemState
from db.tables.audience import CellRow, MeasureRow
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from db.tables.videos import TrackRow, TrackThumbnailRow
from db.video_values import StoredTrack
from models.face import Gender

# The cursor of a track is its item's position times this, plus its number in the item.
TRACKS_PER_ITEM = 1 << 20


def read_tracks(
    session: Session, job_id: int, wanted: ResultFilter, *, after: int, limit: int
) -> list[StoredTrack]:
    """A page of a job's tracks after the cursor `after` (-1 for the first page)."""
    position, number = divmod(after, TRACKS_PER_ITEM)
    query = (
        select(ItemRow, TrackRow)
        .join(TrackRow, TrackRow.item_id == ItemRow.id)
        .where(
            ItemRow.job_id == job_id,
            ItemRow.position >= position,
            tuple_(ItemRow.position, TrackRow.number) > (position, number),
            NOT_ERASED,
            *wanted.match_tracks(),
        )
        .order_by(ItemRow.position, TrackRow.number)
        .limit(limit)
    )
    return [_stored_track(item, track) for item, track in session.execute(query)]


def read_tracks_of_item(
    session: Session, item_id: int, *, after: int, limit: int
) -> list[StoredTrack]:
    """A page of the people of one video, after the number `after` (0 for the first page)."""
    query = (
        select(ItemRow, TrackRow)
        .join(TrackRow, TrackRow.item_id == ItemRow.id)
        .where(ItemRow.id == item_id, TrackRow.number > after, NOT_ERASED)
        .order_by(TrackRow.number)
        .limit(limit)
    )
    return [_stored_track(item, track) for item, track in session.execute(query)]


def read_all_tracks(session: Session, item_id: int) -> list[StoredTrack]:
    """All people of one video, by their numbers."""
    return read_tracks_of_item(session, item_id, after=0, limit=TRACKS_PER_ITEM)


def count_tracks_of_item(session: Session, item_id: int) -> int:
    """How many people one video shows, counted in each shot."""
    query = select(func.count()).select_from(TrackRow).where(TrackRow.item_id == item_id)
    return session.scalars(query).one()


def count_people(session: Session, job_ids: Sequence[int]) -> dict[int, int]:
    """How many people were found so far by job, counted in each shot, or once where they are
    linked; only jobs with videos, linked people or headcounts."""
    videos = _select_with_videos(job_ids)
    headcounts = select(JobRow.id).where(JobRow.id.in_(job_ids), JobRow.headcount.is_not(None))
    with_videos = {*session.scalars(videos.distinct()), *session.scalars(headcounts)}
    linked = _read_linked(session, job_ids)
    if not with_videos:
        return linked
    judged = (
        select(CellRow.job_id, func.sum(CellRow.faces))
        .where(CellRow.job_id.in_(with_videos), CellRow.unit == Unit.TRACK)
        .group_by(CellRow.job_id)
    )
    unclear = (
        select(MeasureRow.job_id, func.sum(MeasureRow.total))
        .where(
            MeasureRow.job_id.in_(with_videos),
            MeasureRow.unit == Unit.TRACK,
            MeasureRow.measure == TOO_UNCLEAR,
        )
        .group_by(MeasureRow.job_id)
    )
    people = dict.fromkeys(with_videos, 0)
    for query in (judged, unclear):
        for job_id, counted in session.execute(query):
            people[job_id] += int(counted)
    return people | linked


def has_videos(session: Session, job_id: int) -> bool:
    """Whether a job has a video that was begun."""
    return session.execute(_select_with_videos([job_id]).limit(1)).first() is not None


def _select_with_videos(job_ids: Sequence[int]) -> Select[int]:
    return select(ChunkRow.job_id).where(
        ChunkRow.job_id.in_(job_ids), ChunkRow.kind == ChunkKind.JOIN
    )


def _read_linked(session: Session, job_ids: Sequence[int]) -> dict[int, int]:
    """How many people those jobs show whose faces are linked, counted once in a job."""
    query = select(JobRow.id, JobRow.people).where(
        JobRow.id.in_(job_ids), JobRow.people.is_not(None)
    )
    return {
        job_id: people["people"]
        for job_id, people in session.execute(query)
        if people is not None and "people" in people
    }


def cursor_of(track: StoredTrack) -> int:
    """The cursor of the page after this track."""
    return track.position * TRACKS_PER_ITEM + track.number


def read_track_thumbnail(session: Session, item_id: int, number: int) -> Thumbnail | None:
    """The picture of a person's best frame, if one is kept."""
    query = (
        select(TrackThumbnailRow)
        .join(ItemRow, ItemRow.id == TrackThumbnailRow.item_id)
        .where(
            ItemRow.id == item_id,
            # Thumbnails are kept as they are drawn, and shown once all of them are.
            ItemRow.state == ItemState.DONE,
            TrackThumbnailRow.number == number,
            NOT_ERASED,
        )
    )
    row = session.scalars(query).first()
    return None if row is None else Thumbnail(row.media_type, row.content)


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
        age=read_age(track),
        quality=read_quality(track),
        judged=track.judged,
        age_spread=track.age_spread,
        best_frame=track.best_frame,
        best_seconds=track.best_seconds,
        box=read_box(track),
        has_thumbnail=track.has_thumbnail,
        person=track.person,
    )
