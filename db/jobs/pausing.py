"""A job whose first items all fail alike waits for a person, instead of failing the rest, too."""

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from db.chunks.window import has_chunk
from db.clock import DatabaseTime
from db.jobs.retrying import retriable
from db.states import ChunkState, JobState
from db.tables import ChunkRow, ItemRow, JobRow


def read_jobs_to_pause(session: Session, after_failures: int) -> list[int]:
    """Jobs of which so many items have failed and none was done; of any job none, where it is 0."""
    if not after_failures:
        return []
    some_done = has_chunk(ChunkState.DONE, ChunkRow.done > 0)
    # Of most jobs one chunk says enough; the others are few, and have few chunks that ended.
    suspects = list(session.scalars(select(JobRow.id).where(*_may_pause(), ~some_done)))
    failures = func.sum(ChunkRow.failed - ChunkRow.ended_before)
    query = (
        select(ChunkRow.job_id)
        .where(ChunkRow.job_id.in_(suspects), ChunkRow.state == ChunkState.DONE)
        .group_by(ChunkRow.job_id)
        .having(failures >= after_failures)
    )
    return list(session.scalars(query)) if suspects else []


def _may_pause() -> tuple[ColumnElement[bool], ...]:
    """Running, with something left to save, and not told to go on before."""
    waits = has_chunk(ChunkState.WAITING)
    return JobRow.state == JobState.RUNNING, JobRow.resumed_at.is_(None), waits


def pause_job(session: Session, job_id: int) -> bool:
    """Let nothing more of a job be claimed; False where its failures differ or it has moved on."""
    job = select(JobRow.id).where(JobRow.id == job_id, *_may_pause())
    if session.scalar(job.with_for_update(skip_locked=True, key_share=True)) is None:
        return False
    done = select(func.sum(ChunkRow.done)).where(ChunkRow.job_id == job_id)
    if session.scalar(done):
        return False
    failed = retriable(job_id)
    codes = select(ItemRow.error_code, func.count()).where(*failed).group_by(ItemRow.error_code)
    counted = session.execute(codes).all()
    if len(counted) != 1:
        return False
    [(code, failures)] = counted
    example = select(ItemRow.error_message).where(*failed).order_by(ItemRow.position).limit(1)
    message = (
        f"The first {failures} items all failed as {code}, for example: {session.scalar(example)} "
        "Resume the job to go on all the same; cancel or erase it if the cause is not mended."
    )
    values = {
        "state": JobState.PAUSED,
        "paused_at": DatabaseTime(),
        "pause": {"code": code, "message": message},
    }
    session.execute(update(JobRow).where(JobRow.id == job_id).values(values))
    return True


def resume_job(session: Session, job_id: int) -> bool:
    """Go on with a paused job, which is not paused again; False where it is not paused."""
    resumed = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state == JobState.PAUSED)
        .values(state=JobState.RUNNING, resumed_at=DatabaseTime())
        .returning(JobRow.id)
    ).first()
    if resumed is None:
        return False
    # Hints that were sent before the pause are gone: they were refused.
    session.execute(
        update(ChunkRow)
        .where(
            ChunkRow.job_id == job_id,
            ChunkRow.state == ChunkState.WAITING,
            ChunkRow.sent_at.is_not(None),
        )
        .values(sent_at=None)
    )
    return True
