"""A video among the chunks: it is cut into segments, and joined once the last of them has ended.

The video's own chunk counts it, and is `cut` while its segments are analyzed.
"""

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from db.chunks.failures import fail_item
from db.chunks.leases import leased_with, lock_lease
from db.chunks.splitting import cut_sub_chunk
from db.clock import DatabaseTime
from db.item_values import ClaimedChunk, Failure
from db.states import ChunkKind, ChunkState, ItemState
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.videos import JOIN_TABLES, VIDEO_TABLES
from db.video_values import VideoCut

_UNFINISHED = (ChunkState.WAITING, ChunkState.LEASED)


def separate_videos(
    session: Session, chunk: ChunkRow, video_ids: Sequence[int], recorded_ids: Sequence[int] = ()
) -> None:
    """Split a chunk so that each of these videos has a chunk of its own.

    Items of `recorded_ids`, which this transaction recorded, count as ended now.
    """
    edges = {chunk.start, chunk.stop}
    for position in _read_positions(session, video_ids):
        edges |= {position, position + 1}
    recorded = _read_positions(session, recorded_ids)
    for start, stop in pairwise(sorted(edges)):
        part = cut_sub_chunk(session, chunk, start, stop, chunk.crashes, chunk.unseen_crashes)
        part.ended_before -= sum(start <= position < stop for position in recorded)
        if part.state == ChunkState.DONE:
            part.finished_at = DatabaseTime()
    chunk.state = ChunkState.SPLIT


def _read_positions(session: Session, item_ids: Sequence[int]) -> list[int]:
    return list(session.scalars(select(ItemRow.position).where(ItemRow.id.in_(item_ids))))


def cut_video(session: Session, chunk: ClaimedChunk, cut: VideoCut) -> bool:
    """Add the segments of a video for workers to claim; False where the lease was lost.

    A video whose chunk also has items that ended is separated from them first, and cut at the next
    claim.
    """
    [item] = chunk.items
    row = lock_lease(session, chunk)
    if row is None:
        return False
    if row.size > 1:
        separate_videos(session, row, [item.id])
        return True
    row.state, row.kind = ChunkState.CUT, ChunkKind.JOIN
    row.item_id, row.current_item = item.id, None
    session.execute(
        update(ItemRow)
        .where(ItemRow.id == item.id)
        .values(
            width_pixels=cut.width_pixels,
            height_pixels=cut.height_pixels,
            duration_seconds=cut.duration_seconds,
            digest=cut.digest,
            warning=cut.warning,
            captured_at=cut.captured_at,
        )
    )
    for first, stop in cut.segments:
        session.add(_make_segment(chunk.job_id, row.start, item.id, first, stop))
    return True


def _make_segment(
    job_id: int, position: int, item_id: int, first: int, stop: int | None
) -> ChunkRow:
    return ChunkRow(
        job_id=job_id,
        start=position,
        stop=position,
        state=ChunkState.WAITING,
        kind=ChunkKind.SEGMENT,
        item_id=item_id,
        first_frame=first,
        stop_frame=stop,
    )


def end_segment(
    session: Session, chunk: ClaimedChunk, state: ChunkState, reached: int | None
) -> bool:
    """The guard of a segment's transaction: False where its lease was lost.

    Where the worker stopped at the grid time `reached`, the rest waits as another segment. After
    the last segment, the video waits to be joined.
    """
    [item] = chunk.items
    video = lock_video(session, item.id)
    ended = session.execute(
        update(ChunkRow)
        .where(*leased_with(chunk.id, chunk.token))
        .values(state=state, finished_at=DatabaseTime())
        .returning(ChunkRow.start)
    ).first()
    if ended is None or video is None:
        return False
    if reached is not None:
        rest = _make_segment(chunk.job_id, ended.start, item.id, reached, chunk.stop_frame)
        session.add(rest)
    elif video.state == ChunkState.CUT and not _has_unfinished_segments(session, item.id):
        video.state = ChunkState.WAITING
        video.token, video.sent_at = None, None
        video.crashes, video.unseen_crashes = 0, []
    return True


def lock_video(session: Session, item_id: int) -> ChunkRow | None:
    """The chunk that joins a video, locked.

    Lock it before changing any of the video's segments: then, of two transactions that end the last
    two segments, the second sees what the first did.
    """
    join = select(ChunkRow).where(ChunkRow.item_id == item_id, ChunkRow.kind == ChunkKind.JOIN)
    return session.scalars(join.with_for_update()).first()


def lock_video_of(session: Session, chunk_id: int) -> None:
    """Lock the video that a segment belongs to; does nothing for a chunk of items."""
    item_id = session.scalar(select(ChunkRow.item_id).where(ChunkRow.id == chunk_id))
    if item_id is not None:
        lock_video(session, item_id)


def lock_videos(session: Session, job_id: int) -> None:
    """Lock the chunks that join the videos of a job, before many of its chunks change at once."""
    # In the order in which `rescue_chunks_of` locks them.
    joins = select(ChunkRow.id).where(ChunkRow.job_id == job_id, ChunkRow.kind == ChunkKind.JOIN)
    session.execute(joins.order_by(ChunkRow.item_id).with_for_update()).all()


def _has_unfinished_segments(session: Session, item_id: int) -> bool:
    unfinished = exists().where(*_segments_of(item_id), ChunkRow.state.in_(_UNFINISHED))
    return bool(session.scalar(select(unfinished)))


def _segments_of(item_id: int) -> tuple[ColumnElement[bool], ...]:
    return ChunkRow.item_id == item_id, ChunkRow.kind == ChunkKind.SEGMENT


def fail_video(session: Session, item_id: int, failure: Failure) -> None:
    """Give up a video, from whichever of its chunks; all that was found in it is removed."""
    lock_video(session, item_id)
    discard_video(session, item_id)
    fail_item(session, failure, ItemRow.id == item_id)
    session.execute(
        update(ChunkRow)
        .where(
            ChunkRow.item_id == item_id,
            ChunkRow.kind == ChunkKind.JOIN,
            ChunkRow.state.in_((ChunkState.CUT, *_UNFINISHED)),
        )
        .values(state=ChunkState.DONE, failed=1, finished_at=DatabaseTime())
    )


def discard_video(session: Session, item_id: int) -> None:
    """Remove a video's segments, and so late workers' leases, and all that was found in it."""
    session.execute(delete(ChunkRow).where(*_segments_of(item_id)))
    for table in (FaceRow, *VIDEO_TABLES):
        session.execute(delete(table).where(table.item_id == item_id))


def discard_unfinished_videos(session: Session, job_id: int) -> None:
    """Remove what was found in those videos of a cancelled job that were cut, but not joined."""
    cut = select(ChunkRow.item_id).where(ChunkRow.job_id == job_id, ChunkRow.item_id.is_not(None))
    unfinished = select(ItemRow.id).where(ItemRow.id.in_(cut), ItemRow.state == ItemState.WAITING)
    for item_id in list(session.scalars(unfinished)):
        discard_video(session, item_id)


def discard_frames(session: Session, item_id: int) -> None:
    """Remove what only the join of a video needed."""
    for table in JOIN_TABLES:
        session.execute(delete(table).where(table.item_id == item_id))
    session.execute(delete(ChunkRow).where(*_segments_of(item_id)))
