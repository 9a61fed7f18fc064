"""Tells webhooks what happens to a job, in the transaction in which it does."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.states import ChunkState, JobState
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow
from db.tables.webhooks import WebhookRow
from db.webhooks.values import Event
from db.webhooks.webhooks import announce, has_listener

# A job is announced when this percentage of its items has ended.
STEPS = (25, 50, 75)


def announce_job(session: Session, job_id: int, event: Event) -> None:
    """Tell it with the state and counts that the job has now."""
    row = session.get_one(JobRow, job_id, populate_existing=True)
    if has_listener(session, row.tenant, event):
        announce(session, row.tenant, event, _describe(session, row), job_id)


def _describe(session: Session, row: JobRow) -> dict[str, object]:
    names = ("done", "failed", "cancelled", "faces")
    sums = [func.coalesce(func.sum(getattr(ChunkRow, name)), 0) for name in names]
    counted = (ChunkRow.job_id == row.id, ChunkRow.state != ChunkState.SPLIT)
    found = session.execute(select(*sums).where(*counted)).one()
    return {
        "job_id": row.id,
        "state": row.state,
        "tags": row.tags,
        # Of an erased job, what there was.
        "counts": row.receipt
        or {"items": row.items, **dict(zip(names, map(int, found), strict=True))},
        "paused": row.pause if row.state == JobState.PAUSED else None,
    }


def read_reached_steps(session: Session) -> list[tuple[int, int]]:
    """Running jobs that got past a step since webhooks were told, with that step."""
    heard = select(WebhookRow.tenant).where(WebhookRow.disabled_at.is_(None))
    ended = (
        select(func.sum(ChunkRow.ended))
        .where(ChunkRow.job_id == JobRow.id, ChunkRow.state != ChunkState.SPLIT)
        .scalar_subquery()
    )
    query = select(JobRow.id, JobRow.items, JobRow.progress_step, ended).where(
        JobRow.state == JobState.RUNNING,
        JobRow.progress_step < STEPS[-1],
        JobRow.tenant.in_(heard),
    )
    found = []
    for job_id, items, last_step, count in session.execute(query):
        reached = [step for step in STEPS if 100 * (count or 0) >= step * items]
        if reached and reached[-1] > last_step:
            found.append((job_id, reached[-1]))
    return found


def announce_step(session: Session, job_id: int, step: int) -> None:
    """Tell of a step, unless another dispatcher was faster."""
    taken = (
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.progress_step < step)
        .values(progress_step=step)
        .returning(JobRow.id)
    )
    if session.execute(taken).first() is not None:
        announce_job(session, job_id, Event.PROGRESS)
