"""How far the running videos of jobs are: the share analyzed, and the share of their annotated
videos drawn."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from db.chunks.leases import read_options
from db.job_values import JobOptions, VideoProgress
from db.states import ChunkKind, ChunkState
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow
from db.tables.videos import AnnotatedVideoRow

_ENDED = ChunkRow.state.in_((ChunkState.DONE, ChunkState.CANCELLED))
_IS_SEGMENT = ChunkRow.kind == ChunkKind.SEGMENT


def read_video_progress(session: Session, job_ids: Sequence[int]) -> dict[int, VideoProgress]:
    """By job, for those of these jobs that have videos running."""
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
    drawn = _read_drawn(session, [row.job_id for row in rows]) if rows else {}
    return {
        job_id: VideoProgress(videos, ended / segments if segments else 0.0, drawn.get(job_id))
        for job_id, videos, segments, ended in rows
    }


def _read_drawn(session: Session, job_ids: Sequence[int]) -> dict[int, float]:
    """By job, the drawn share of its annotated videos that were begun and whose length is known."""
    query = (
        select(ItemRow.job_id, ItemRow.duration_seconds, AnnotatedVideoRow.drawn_seconds)
        .join(AnnotatedVideoRow, AnnotatedVideoRow.item_id == ItemRow.id)
        .where(ItemRow.job_id.in_(job_ids), ItemRow.duration_seconds > 0)
        .order_by(ItemRow.job_id)
    )
    begun = [(job_id, length, drawn) for job_id, length, drawn in session.execute(query)]
    return {
        job_id: _measure_drawn(read_options(session, job_id), videos)
        for job_id, videos in groupby(begun, key=itemgetter(0))
    }


def _measure_drawn(
    options: JobOptions, videos: Iterable[tuple[int, float | None, float | None]]
) -> float:
    """The drawn share of the requested part of these videos: (job id, length, drawn up to)."""
    requested = drawn = 0.0
    for _, duration_seconds, drawn_seconds in videos:
        ends = filter(None, (duration_seconds, options.stop_seconds))
        requested += max(0.0, min(ends) - options.start_seconds)
        drawn += max(0.0, (drawn_seconds or 0.0) - options.start_seconds)
    return min(1.0, drawn / requested) if requested else 0.0
