"""Step 1: a submission becomes a job with items and chunks; and a job is followed and cancelled."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import pairwise
from math import ceil

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.states import LIVE_JOB_STATES, ChunkState, ItemState, JobState, WorkerRole
from db.tables import ChunkRow, ItemRow, JobRow
from db.values import JobCounts, JobOptions, JobStatus, NewItem, NewJob, ThumbnailKind
from db.workers import count_slots

# The rate is that of the last minute: short enough to follow a fleet that grows, long enough to be
# calm.
RATE_WINDOW_SECONDS = 60
CHUNKS_PER_SLOT = 4


def accept_job(session: Session, job: NewJob, items: Sequence[NewItem], chunk_items: int) -> int:
    """Insert a job with its items, ready for workers; `chunk_items` is the most that a chunk
    holds."""
    job_id = create_job(session, job)
    # A small job is cut finer, so that every slot has its part of it.
    slots = count_slots(session, WorkerRole.BULK) or 1
    fitting = ceil(len(items) / (CHUNKS_PER_SLOT * slots))
    append_items(session, job_id, items, max(1, min(chunk_items, fitting)))
    start_job(session, job_id)
    return job_id


def create_job(session: Session, job: NewJob) -> int:
    """Insert a draft without items; `append_items` and `start_job` make it work."""
    row = JobRow(state=JobState.DRAFT, tags=list(job.tags), options=asdict(job.options))
    session.add(row)
    session.flush()
    return row.id


def append_items(session: Session, job_id: int, items: Sequence[NewItem], chunk_items: int) -> None:
    """Add items behind those the job has, in chunks of at most `chunk_items`."""
    grown = update(JobRow).where(JobRow.id == job_id).values(items=JobRow.items + len(items))
    total = session.execute(grown.returning(JobRow.items)).scalar_one()
    first = total - len(items)
    rows = [_item_row(job_id, first + index, item) for index, item in enumerate(items)]
    if rows:
        session.execute(insert(ItemRow), rows)
        session.execute(insert(ChunkRow), _chunk_rows(job_id, first, items, chunk_items))


def _item_row(job_id: int, position: int, item: NewItem) -> dict[str, object]:
    return {
        "job_id": job_id,
        "position": position,
        "name": item.name,
        "uri": item.uri,
        "state": ItemState.FAILED if item.error else ItemState.WAITING,
        "error_code": item.error.code if item.error else None,
        "error_message": item.error.message if item.error else None,
        "captured_at": item.captured_at,
        "dimensions": item.dimensions,
    }


def _chunk_rows(
    job_id: int, first: int, items: Sequence[NewItem], chunk_items: int
) -> list[dict[str, object]]:
    bounds = [*range(0, len(items), chunk_items), len(items)]
    rows: list[dict[str, object]] = []
    for start, stop in pairwise(bounds):
        refused = sum(item.error is not None for item in items[start:stop])
        rows.append(
            {
                "job_id": job_id,
                "start": first + start,
                "stop": first + stop,
                "state": ChunkState.DONE if refused == stop - start else ChunkState.WAITING,
                "failed": refused,
            }
        )
    return rows


def start_job(session: Session, job_id: int) -> None:
    """Let workers have a draft."""
    session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state == JobState.DRAFT)
        .values(state=JobState.QUEUED, queued_at=DatabaseTime())
    )


def read_job(session: Session, job_id: int) -> JobStatus | None:
    """One job with its counts, or None where there is none."""
    row = session.get(JobRow, job_id)
    return None if row is None else _read_statuses(session, [row])[0]


def read_jobs(
    session: Session,
    *,
    limit: int,
    before: int | None = None,
    state: JobState | None = None,
    live: bool = False,
) -> list[JobStatus]:
    """Jobs from the newest, numbered under `before`."""
    query = select(JobRow).order_by(JobRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(JobRow.id < before)
    if state is not None:
        query = query.where(JobRow.state == state)
    if live:
        query = query.where(JobRow.state.in_(LIVE_JOB_STATES))
    return _read_statuses(session, list(session.scalars(query)))


def cancel_job(session: Session, job_id: int) -> bool:
    """Ask a live job to stop: what waits is cancelled now, what runs learns it at its next
    renewal."""
    live = update(JobRow).where(JobRow.id == job_id, JobRow.state.in_(LIVE_JOB_STATES))
    asked = session.execute(
        live.values(
            state=JobState.CANCELLING,
            cancelling_at=func.coalesce(JobRow.cancelling_at, DatabaseTime()),
        ).returning(JobRow.id)
    ).first()
    if asked is None:
        return False
    session.execute(
        update(ChunkRow)
        .where(ChunkRow.job_id == job_id, ChunkRow.state == ChunkState.WAITING)
        .values(
            state=ChunkState.CANCELLED,
            cancelled=ChunkRow.stop - ChunkRow.start - ChunkRow.failed,
            finished_at=DatabaseTime(),
        )
    )
    return True


def _read_statuses(session: Session, rows: Sequence[JobRow]) -> list[JobStatus]:
    progress = _read_progress(session, [row.id for row in rows])
    now = datetime.now(UTC)
    return [_status(row, *progress.get(row.id, (_NO_COUNTS, 0)), now) for row in rows]


_NO_COUNTS = JobCounts(items=0, waiting=0, running=0, done=0, failed=0, cancelled=0, faces=0)


def _read_progress(session: Session, job_ids: list[int]) -> dict[int, tuple[JobCounts, int]]:
    """Sums over chunk rows, which are written with the results; and how many items ended lately."""
    size = ChunkRow.stop - ChunkRow.start
    leased = ChunkRow.state == ChunkState.LEASED
    lately = ChunkRow.finished_at > DatabaseTime(-RATE_WINDOW_SECONDS)
    query = (
        select(
            ChunkRow.job_id,
            func.sum(size),
            func.sum(case((leased, size - ChunkRow.failed), else_=0)),
            func.sum(ChunkRow.done),
            func.sum(ChunkRow.failed),
            func.sum(ChunkRow.cancelled),
            func.sum(ChunkRow.faces),
            func.sum(case((lately, ChunkRow.done + ChunkRow.failed), else_=0)),
        )
        .where(ChunkRow.job_id.in_(job_ids), ChunkRow.state != ChunkState.SPLIT)
        .group_by(ChunkRow.job_id)
    )
    return {
        job_id: (
            JobCounts(
                items=items,
                waiting=items - running - done - failed - cancelled,
                running=running,
                done=done,
                failed=failed,
                cancelled=cancelled,
                faces=faces,
            ),
            recent,
        )
        for job_id, items, running, done, failed, cancelled, faces, recent in session.execute(query)
    }


def _status(row: JobRow, counts: JobCounts, recent: int, now: datetime) -> JobStatus:
    rate = _items_per_second(row, counts, recent, now)
    left = counts.waiting + counts.running
    return JobStatus(
        id=row.id,
        state=JobState(row.state),
        tags=tuple(row.tags),
        options=JobOptions(ThumbnailKind(row.options["thumbnails"])),
        counts=counts,
        items_per_second=rate,
        eta_seconds=left / rate if rate and row.finished_at is None else None,
        created_at=row.created_at,
        queued_at=row.queued_at,
        running_at=row.running_at,
        cancelling_at=row.cancelling_at,
        finished_at=row.finished_at,
    )


def _items_per_second(row: JobRow, counts: JobCounts, recent: int, now: datetime) -> float | None:
    """Over the whole run once it has ended, over the last minute before."""
    if row.running_at is None:
        return None
    seconds = ((row.finished_at or now) - row.running_at).total_seconds()
    if row.finished_at is None:
        seconds, analysed = min(seconds, RATE_WINDOW_SECONDS), recent
    else:
        analysed = counts.done + counts.failed
    return analysed / seconds if seconds > 0 and analysed else None
