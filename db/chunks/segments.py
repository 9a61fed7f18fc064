"""A video among the chunks: it is cut into segments, and when the last has ended it waits to be
joined.

Its own chunk counts it; while the segments are worked on, that one is `cut`.
"""

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from db.audience.video_counts import count_failed_video
from db.chunks.leases import leased_with
from db.chunks.splitting import cut_sub_chunk
from db.clock import DatabaseTime
from db.item_values import ClaimedChunk, Failure
from db.states import ChunkKind, ChunkState, ItemState
from db.tables import ChunkRow, FaceRow, ItemRow
from db.video_tables import OF_VIDEOS, AnnotatedVideoRow, FrameRow
from db.video_values import VideoCut

_UNFINISHED = (ChunkState.WAITING, ChunkState.LEASED)


def separate_videos(
    session: Session, chunk: ChunkRow, video_ids: Sequence[int], recorded_ids: Sequence[int] = ()
) -> None:
    """Split a chunk so that each of these videos has one of its own; what was recorded just now
    counts as ended now."""
    edges = {chunk.start, chunk.stop}
    for position in _read_positions(session, video_ids):
        edges |= {position, position + 1}
    recorded = _read_positions(session, recorded_ids)
    for start, stop in pairwise(sorted(edges)):
        piece = cut_sub_chunk(session, chunk, start, stop, chunk.crashes, chunk.unseen_crashes)
        piece.ended_before -= sum(start <= position < stop for position in recorded)
        if piece.state == ChunkState.DONE:
            piece.finished_at = DatabaseTime()
    chunk.state = ChunkState.SPLIT


def _read_positions(session: Session, item_ids: Sequence[int]) -> list[int]:
    return list(session.scalars(select(ItemRow.position).where(ItemRow.id.in_(item_ids))))


def cut_video(session: Session, chunk: ClaimedChunk, plan: VideoCut) -> bool:
    """Give workers the segments of a video; False where its lease has moved on.

    Where its chunk has items beside it that have ended, it gets one of its own first.
    """
    [item] = chunk.items
    lease = select(ChunkRow).where(*leased_with(chunk.id, chunk.token)).with_for_update()
    row = session.scalars(lease).first()
    if row is None:
        return False
    if row.stop - row.start > 1:
        separate_videos(session, row, [item.id])
        return True
    row.state, row.kind, row.item_id, row.current_item = (
        ChunkState.CUT,
        ChunkKind.JOIN,
        item.id,
        None,
    )
    session.execute(
        update(ItemRow)
        .where(ItemRow.id == item.id)
        .values(
            width_pixels=plan.width_pixels,
            height_pixels=plan.height_pixels,
            duration_seconds=plan.duration_seconds,
            digest=plan.digest,
            warning=plan.warning,
        )
    )
    for first, stop in plan.segments:
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
    """The guard of a segment's transaction: False where its lease has moved on.

    Where it was left at the grid time `reached`, the rest waits as a segment of its own; with the
    last segment the video is opened to be joined.
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
    elif video.state == ChunkState.CUT and not _has_segments(session, item.id):
        video.state = ChunkState.WAITING
        video.token, video.sent_at = None, None
        video.crashes, video.unseen_crashes = 0, []
    return True


def lock_video(session: Session, item_id: int) -> ChunkRow | None:
    """The row that a video is joined by, locked: to be done before any of its segments is changed,
    so that of two transactions that end at once the second sees what the first did."""
    root = select(ChunkRow).where(ChunkRow.item_id == item_id, ChunkRow.kind == ChunkKind.JOIN)
    return session.scalars(root.with_for_update()).first()


def _has_segments(session: Session, item_id: int) -> bool:
    unfinished = exists().where(
        ChunkRow.item_id == item_id,
        ChunkRow.kind == ChunkKind.SEGMENT,
        ChunkRow.state.in_(_UNFINISHED),
    )
    return bool(session.scalar(select(unfinished)))


def fail_video(session: Session, item_id: int, error: Failure) -> None:
    """Give up a video, whoever of its chunks found that it cannot be done; nothing of it stays."""
    lock_video(session, item_id)
    forget_video(session, item_id)
    failed = session.execute(
        update(ItemRow)
        .where(ItemRow.id == item_id, ItemRow.state == ItemState.WAITING)
        .values(state=ItemState.FAILED, error_code=error.code, error_message=error.message)
        .returning(ItemRow.id)
    ).first()
    if failed is not None:
        count_failed_video(session, item_id, error.code)
    session.execute(
        update(ChunkRow)
        .where(
            ChunkRow.item_id == item_id,
            ChunkRow.kind == ChunkKind.JOIN,
            ChunkRow.state.in_((ChunkState.CUT, *_UNFINISHED)),
        )
        .values(state=ChunkState.DONE, failed=1, finished_at=DatabaseTime())
    )


def forget_video(session: Session, item_id: int) -> None:
    """Remove what its segments have left: late workers find no chunk to record."""
    segments = (ChunkRow.item_id == item_id, ChunkRow.kind == ChunkKind.SEGMENT)
    session.execute(delete(ChunkRow).where(*segments))
    for table in (FaceRow, *OF_VIDEOS):
        session.execute(delete(table).where(table.item_id == item_id))


def forget_begun_videos(session: Session, job_id: int) -> None:
    """Remove what was found in those videos of a cancelled job that were not joined."""
    cut = select(ChunkRow.item_id).where(ChunkRow.job_id == job_id, ChunkRow.item_id.is_not(None))
    begun = select(ItemRow.id).where(ItemRow.id.in_(cut), ItemRow.state == ItemState.WAITING)
    for item_id in list(session.scalars(begun)):
        forget_video(session, item_id)


def forget_frames(session: Session, item_id: int) -> None:
    """What only the join needed."""
    for table in (FrameRow, AnnotatedVideoRow):
        session.execute(delete(table).where(table.item_id == item_id))
    segments = (ChunkRow.item_id == item_id, ChunkRow.kind == ChunkKind.SEGMENT)
    session.execute(delete(ChunkRow).where(*segments))
