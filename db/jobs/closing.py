"""Closing a job: it gets its final state once all its chunks have ended."""

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session

from db.chunks.linking import begin_linking
from db.chunks.segments import discard_unfinished_videos
from db.chunks.window import has_chunk
from db.clock import DatabaseTime
from db.counters import Counter, count
from db.embeddings import discard_embeddings
from db.jobs.announcing import announce_job
from db.jobs.cancelling import cancel_waiting_chunks
from db.jobs.headcounts import has_headcount
from db.states import ChunkState, ItemState, JobState
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from db.webhooks.values import Event


def read_jobs_to_close(session: Session) -> list[int]:
    """Live jobs whose chunks have all ended; of cancelling jobs, those with none leased."""
    return list(session.scalars(select_jobs_to_close()))


def select_jobs_to_close() -> Select[int]:
    """The same as a query."""
    return select(JobRow.id).where(*_has_ended())


def _has_ended() -> tuple[ColumnElement[bool], ...]:
    working = (JobState.QUEUED, JobState.RUNNING, JobState.PAUSED, JobState.CANCELLING)
    # One condition for each state, so that only a large job's chunks in that state are read.
    return (
        JobRow.state.in_(working),
        # A job that was paused before all of its files were listed has no chunks yet.
        or_(JobRow.state != JobState.PAUSED, JobRow.queued_at.is_not(None)),
        # A headcount's job has no chunks, and lasts for its day.
        or_(JobRow.state != JobState.RUNNING, ~has_headcount()),
        ~has_chunk(ChunkState.LEASED),
        ~has_chunk(ChunkState.CUT, JobRow.state != JobState.CANCELLING),
        ~has_chunk(ChunkState.WAITING, JobRow.state != JobState.CANCELLING),
    )


def close_job(session: Session, job_id: int) -> JobState | None:
    """Give a job its final state; None where it has not ended, or another process closes it."""
    job = session.execute(
        select(JobRow.state, JobRow.items, JobRow.options)
        .where(JobRow.id == job_id)
        .with_for_update(skip_locked=True, key_share=True)
    ).first()
    if job is None:
        return None
    if job.state == JobState.CANCELLING:
        # A chunk that was rescued meanwhile waits, and nobody may claim it.
        cancel_waiting_chunks(session, job_id)
    if session.scalar(select(JobRow.id).where(JobRow.id == job_id, *_has_ended())) is None:
        return None
    if job.options.get("people"):
        if job.state != JobState.CANCELLING and begin_linking(session, job_id):
            return None
        discard_embeddings(session, job_id)
    final_state = _choose_final_state(session, job_id, JobState(job.state), job.items)
    values = {"state": final_state, "finished_at": DatabaseTime()}
    session.execute(update(JobRow).where(JobRow.id == job_id).values(values))
    count(session, Counter.JOBS_ENDED, final_state)
    announce_job(session, job_id, Event(f"job.{final_state}"))
    return final_state


def _choose_final_state(session: Session, job_id: int, state: JobState, items: int) -> JobState:
    counted = (ChunkRow.job_id == job_id, ChunkRow.state != ChunkState.SPLIT)
    failed, cancelled = session.execute(
        select(
            func.coalesce(func.sum(ChunkRow.failed), 0),
            func.coalesce(func.sum(ChunkRow.cancelled), 0),
        ).where(*counted)
    ).one()
    if state is JobState.CANCELLING and (cancelled or not items):
        _cancel_waiting_items(session, job_id)
        return JobState.CANCELLED
    if failed == 0:
        return JobState.COMPLETED
    return JobState.FAILED if failed == items else JobState.COMPLETED_WITH_ERRORS


def _cancel_waiting_items(session: Session, job_id: int) -> None:
    discard_unfinished_videos(session, job_id)
    session.execute(
        update(ItemRow)
        .where(ItemRow.job_id == job_id, ItemRow.state == ItemState.WAITING)
        .values(state=ItemState.CANCELLED)
    )
