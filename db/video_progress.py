"""How far videos are that count as running for minutes or hours: how much of them is looked at, and
how much of their annotated copies is drawn."""

from collections.abc import Sequence

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from db.states import ChunkKind, ChunkState
from db.tables import ChunkRow, ItemRow
from db.values import VideoProgress
from db.video_tables import AnnotatedCopyRow

_ENDED = ChunkRow.state.in_((ChunkState.DONE, ChunkState.CANCELLED))
_IS_SEGMENT = ChunkRow.kind == ChunkKind.SEGMENT


def read_video_progress(session: Session, job_ids: Sequence[int]) -> dict[int, VideoProgress]:
    """Of each job that has videos under way."""
    running = case((and_(ChunkRow.kind == ChunkKind.JOIN, ~_ENDED), 1), else_=0)
    query = (
        select(
            ChunkRow.job_id,
            func.sum(running),
            func.sum(case((_IS_SEGMENT, 1), else_=0)),
            func.sum(case((and_(_IS_SEGMENT, _ENDED), 1), else_=0)),
        )
        .where(ChunkRow.job_id.in_(job_ids), ChunkRow.item_id.is_not(None))
        .group_by(ChunkRow.job_id)
        .having(func.sum(running) > 0)
    )
    rows = session.execute(query).all()
    copied = _read_copied(session, [row.job_id for row in rows]) if rows else {}
    return {
        job_id: VideoProgress(videos, ended / segments if segments else 0.0, copied.get(job_id))
        for job_id, videos, segments, ended in rows
    }


def _read_copied(session: Session, job_ids: Sequence[int]) -> dict[int, float]:
    """The part that is drawn of the copies that were begun, where the videos say how long they
    are."""
    drawn = func.sum(func.coalesce(AnnotatedCopyRow.drawn_seconds, 0.0))
    query = (
        select(ItemRow.job_id, drawn / func.sum(ItemRow.duration_seconds))
        .join(AnnotatedCopyRow, AnnotatedCopyRow.item_id == ItemRow.id)
        .where(ItemRow.job_id.in_(job_ids), ItemRow.duration_seconds > 0)
        .group_by(ItemRow.job_id)
    )
    return {job_id: min(1.0, part) for job_id, part in session.execute(query)}
