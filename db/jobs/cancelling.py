"""Cancelling a job: what waits ends now; workers stop at the next renewal of their leases."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.chunks.segments import lock_videos
from db.clock import DatabaseTime
from db.counters import Counter, count
from db.states import LIVE_JOB_STATES, ChunkState, ItemState, JobState
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow


def cancel_job(session: Session, job_id: int) -> bool:
    """Start cancelling a live job; False where it is not live."""
    live = update(JobRow).where(JobRow.id == job_id, JobRow.state.in_(LIVE_JOB_STATES))
    started = session.execute(
        live.values(
            state=JobState.CANCELLING,
            cancelling_at=func.coalesce(JobRow.cancelling_at, DatabaseTime()),
        ).returning(JobRow.queued_at, JobRow.items)
    ).first()
    if started is None:
        return False
    if started.queued_at is None:
        _cancel_draft(session, job_id, started.items)
    cancel_waiting_chunks(session, job_id)
    return True


def _cancel_draft(session: Session, job_id: int, items: int) -> None:
    """Give a job that has no chunks yet a single one, which counts its items."""
    existing = select(ChunkRow.id).where(ChunkRow.job_id == job_id).limit(1)
    if not items or session.scalar(existing) is not None:
        return
    refused = select(func.count()).where(ItemRow.job_id == job_id, ItemRow.error_code.is_not(None))
    failed = session.execute(refused).scalar_one()
    whole = {"job_id": job_id, "start": 0, "stop": items, "state": ChunkState.WAITING}
    session.add(ChunkRow(**whole, failed=failed, ended_before=failed))
    session.flush()
    count(session, Counter.ITEMS_QUEUED, amount=items - failed)


def cancel_waiting_chunks(session: Session, job_id: int) -> None:
    """End every chunk of a job that is not leased."""
    lock_videos(session, job_id)
    cancelled = session.scalars(
        update(ChunkRow)
        .where(
            ChunkRow.job_id == job_id,
            ChunkRow.state.in_((ChunkState.WAITING, ChunkState.CUT)),
        )
        .values(
            state=ChunkState.CANCELLED,
            cancelled=ChunkRow.cancelled + ChunkRow.unfinished,
            finished_at=DatabaseTime(),
        )
        # Nothing of it was cancelled before.
        .returning(ChunkRow.cancelled)
    )
    count(session, Counter.ITEMS_ENDED, ItemState.CANCELLED, amount=sum(cancelled))
