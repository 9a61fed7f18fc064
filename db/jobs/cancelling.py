"""Cancels a job: what waits ends now, what runs learns it at its next renewal."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.states import LIVE_JOB_STATES, ChunkState, JobState
from db.tables import ChunkRow, ItemRow, JobRow

# How many items of a chunk have not ended yet.
LEFT = ChunkRow.stop - ChunkRow.start - ChunkRow.done - ChunkRow.failed - ChunkRow.cancelled


def cancel_job(session: Session, job_id: int) -> bool:
    """Ask a live job to stop: what waits is cancelled now, what runs learns it at its next
    renewal."""
    live = update(JobRow).where(JobRow.id == job_id, JobRow.state.in_(LIVE_JOB_STATES))
    asked = session.execute(
        live.values(
            state=JobState.CANCELLING,
            cancelling_at=func.coalesce(JobRow.cancelling_at, DatabaseTime()),
        ).returning(JobRow.queued_at, JobRow.items)
    ).first()
    if asked is None:
        return False
    if asked.queued_at is None:
        _cancel_draft(session, job_id, asked.items)
    cancel_waiting_chunks(session, job_id)
    return True


def _cancel_draft(session: Session, job_id: int, items: int) -> None:
    """One chunk says what became of the items of a job that never had any."""
    known = select(ChunkRow.id).where(ChunkRow.job_id == job_id).limit(1)
    if not items or session.scalar(known) is not None:
        return
    refused = select(func.count()).where(ItemRow.job_id == job_id, ItemRow.error_code.is_not(None))
    failed = session.execute(refused).scalar_one()
    whole = {"job_id": job_id, "start": 0, "stop": items, "state": ChunkState.WAITING}
    session.add(ChunkRow(**whole, failed=failed, ended_before=failed))
    session.flush()


def cancel_waiting_chunks(session: Session, job_id: int) -> None:
    """End every chunk of a job that nobody holds."""
    session.execute(
        update(ChunkRow)
        .where(
            ChunkRow.job_id == job_id,
            ChunkRow.state.in_((ChunkState.WAITING, ChunkState.CUT)),
        )
        .values(
            state=ChunkState.CANCELLED,
            cancelled=ChunkRow.cancelled + LEFT,
            finished_at=DatabaseTime(),
        )
    )
