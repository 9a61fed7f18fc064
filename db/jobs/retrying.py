"""Retrying a job: its failed items wait for workers once more."""

from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.counters import Counter, count
from db.counts.cells import record_tally
from db.counts.tally import Tally
from db.counts.time_zones import read_zone
from db.deliveries.destinations import reopen_destination
from db.states import ChunkKind, ChunkState, ItemState, JobState
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow

RETRIED_STATES = (JobState.COMPLETED_WITH_ERRORS, JobState.FAILED)


def retry_job(session: Session, job_id: int) -> int:
    """Reopen the chunks of failed items; returns how many items will be tried.

    Items that were rejected at submission stay failed, as nothing of them was kept. What is done is
    not touched.
    """
    reopened = session.execute(
        update(JobRow)
        .where(
            JobRow.id == job_id,
            JobRow.state.in_(RETRIED_STATES),
            JobRow.erasing_at.is_(None),
            # What links new faces to those that are done is gone.
            JobRow.options["people"].as_boolean().is_not(true()),
        )
        .values(state=JobState.QUEUED, queued_at=DatabaseTime(), running_at=None, finished_at=None)
        .returning(JobRow.id)
    ).first()
    if reopened is None:
        return 0
    retried = _reopen_chunks(session, job_id)
    _uncount_failures(session, job_id)
    reopen_destination(session, job_id)
    session.execute(
        update(ItemRow)
        .where(*retriable(job_id))
        .values(state=ItemState.WAITING, error_code=None, error_message=None, delivery=None)
    )
    count(session, Counter.ITEMS_QUEUED, amount=retried)
    count(session, Counter.ITEMS_RETRIED, amount=retried)
    return retried


def _uncount_failures(session: Session, job_id: int) -> None:
    what = (ItemRow.dimensions, ItemRow.captured_at, ItemRow.error_code)
    tally = Tally(read_zone(session, job_id))
    for dimensions, captured_at, code in session.execute(select(*what).where(*retriable(job_id))):
        tally.add_failure(dimensions, captured_at, str(code))
    record_tally(session, job_id, tally, sign=-1)


def retriable(job_id: int) -> tuple[ColumnElement[bool], ...]:
    """The failed items of a job, except those rejected at submission, which have no address."""
    return (ItemRow.job_id == job_id, ItemRow.error_code.is_not(None), ItemRow.uri != "")


def _reopen_chunks(session: Session, job_id: int) -> int:
    inside = (ItemRow.position >= ChunkRow.start, ItemRow.position < ChunkRow.stop)
    query = (
        select(ChunkRow.id, func.count())
        .join(ItemRow, ItemRow.job_id == ChunkRow.job_id)
        .where(
            ChunkRow.job_id == job_id,
            ChunkRow.state == ChunkState.DONE,
            *inside,
            *retriable(job_id),
        )
        .group_by(ChunkRow.id)
    )
    failed = session.execute(query).all()
    for chunk_id, items in failed:
        _reopen_chunk(session, chunk_id, items)
    return sum(items for _, items in failed)


def _reopen_chunk(session: Session, chunk_id: int, items: int) -> None:
    """Make it a new chunk in which all but these failed items have ended."""
    session.execute(
        update(ChunkRow)
        .where(ChunkRow.id == chunk_id)
        .values(
            state=ChunkState.WAITING,
            failed=ChunkRow.failed - items,
            ended_before=ChunkRow.done + ChunkRow.failed - items,
            # A video is cut again.
            kind=ChunkKind.ITEMS,
            item_id=None,
            crashes=0,
            unseen_crashes=[],
            token=None,
            sent_at=None,
            finished_at=None,
            not_before=DatabaseTime(),
            delivery=None,
        )
    )
