"""The state and progress of jobs, as sums over their chunks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from db.clock import DatabaseTime, read_time
from db.counts.tags import has_tag, has_tag_with
from db.deliveries.status import read_delivered
from db.job_values import (
    JobCounts,
    JobLabel,
    JobOptions,
    JobStatus,
    LinkedPeople,
    Pause,
    Priority,
    Receipt,
    VideoProgress,
)
from db.jobs.video_progress import read_video_progress
from db.pack_values import PackVersion
from db.reach import Reach
from db.states import LIVE_JOB_STATES, ChunkState, ErrorCode, JobState, PauseReason
from db.stop_rules import Sample
from db.submissions.listings import read_listed
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow

# The rate of a live job is that of the last minute: short enough to follow a growing fleet, long
# enough to be steady.
RATE_WINDOW_SECONDS = 60
# The rate of an ended job is that of its whole run, since it was started or resumed.
_IN_RATE = and_(
    ChunkRow.finished_at >= JobRow.running_at,
    or_(JobRow.resumed_at.is_(None), ChunkRow.finished_at >= JobRow.resumed_at),
    or_(
        JobRow.finished_at.is_not(None),
        ChunkRow.finished_at > DatabaseTime(-RATE_WINDOW_SECONDS),
    ),
)


def read_job(session: Session, job_id: int) -> JobStatus | None:
    """One job with its counts, if it exists."""
    row = session.get(JobRow, job_id)
    return None if row is None else _read_statuses(session, [row])[0]


def is_erased(session: Session, job_id: int) -> bool | None:
    """Whether erasing it was asked for; None if it does not exist."""
    row = session.get(JobRow, job_id)
    return None if row is None else row.erasing_at is not None


def read_chosen_jobs(session: Session, job_ids: Sequence[int]) -> list[JobStatus]:
    """Those of these jobs that exist, the oldest first, whosever they are."""
    query = select(JobRow).where(JobRow.id.in_(job_ids)).order_by(JobRow.id)
    return _read_statuses(session, list(session.scalars(query)))


def read_jobs(
    session: Session,
    reach: Reach,
    *,
    limit: int,
    before: int | None = None,
    state: JobState | None = None,
    tag: str | None = None,
    find: str | None = None,
) -> list[JobStatus]:
    """Jobs with numbers below `before`, the newest first; `find` is a number, or part of a
    name or tag."""
    query = select(JobRow).where(*reach.match(JobRow.tenant))
    query = query.order_by(JobRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(JobRow.id < before)
    if state is not None:
        query = query.where(JobRow.state == state)
    if tag is not None:
        query = query.where(has_tag(session, tag))
    if find is not None:
        is_number = find.isascii() and find.isdigit() and int(find) < 2**63
        number = [JobRow.id == int(find)] if is_number else []
        query = query.where(
            or_(JobRow.name.icontains(find, autoescape=True), has_tag_with(session, find), *number)
        )
    return _read_statuses(session, list(session.scalars(query)))


def read_job_labels(session: Session, reach: Reach, *, limit: int) -> list[JobLabel]:
    """The newest jobs that are not erased; cheap, as nothing is counted."""
    query = select(JobRow.id, JobRow.name, JobRow.tags).where(JobRow.erasing_at.is_(None))
    query = query.where(*reach.match(JobRow.tenant))
    rows = session.execute(query.order_by(JobRow.id.desc()).limit(limit))
    return [JobLabel(job_id, name, tuple(tags)) for job_id, name, tags in rows]


def _read_statuses(session: Session, rows: Sequence[JobRow]) -> list[JobStatus]:
    progress = _read_progress(session, [row.id for row in rows])
    live = [row.id for row in rows if row.state in LIVE_JOB_STATES]
    videos = read_video_progress(session, live) if live else {}
    # Only a job that has not started is listed.
    listed = read_listed(session, [row.id for row in rows if row.queued_at is None])
    writing = [row.id for row in rows if row.options.get("results_to")]
    delivered = read_delivered(session, writing)
    now = read_time(session)
    return [
        replace(
            _status(row, *(progress.get(row.id) or _before_chunks(row)), videos.get(row.id), now),
            listing=listed.get(row.id),
            delivered=delivered.get(row.id),
        )
        for row in rows
    ]


def _before_chunks(row: JobRow) -> tuple[JobCounts, int]:
    """The counts of a job without chunks: a draft has only items, an erased job nothing."""
    items = 0 if row.erasing_at else row.items
    return JobCounts(items, items, 0, 0, 0, 0, 0, 0), 0


def _read_progress(session: Session, job_ids: list[int]) -> dict[int, tuple[JobCounts, int]]:
    """By job, its counts, and how many items ended in the time of its rate."""
    running = ChunkRow.state.in_((ChunkState.LEASED, ChunkState.CUT))
    query = (
        select(
            ChunkRow.job_id,
            func.sum(case((_IN_RATE, ChunkRow.newly_ended), else_=0)),
            func.sum(ChunkRow.size),
            func.sum(case((running, ChunkRow.unfinished), else_=0)),
            func.sum(ChunkRow.done),
            func.sum(ChunkRow.failed),
            func.sum(ChunkRow.cancelled),
            func.sum(ChunkRow.faces),
            func.sum(ChunkRow.duplicates),
        )
        .join(JobRow)
        .where(ChunkRow.job_id.in_(job_ids), ChunkRow.state != ChunkState.SPLIT)
        .group_by(ChunkRow.job_id)
    )
    return {
        job_id: (_add_up(*counts), recent) for job_id, recent, *counts in session.execute(query)
    }


def _add_up(
    items: int, running: int, done: int, failed: int, cancelled: int, faces: int, duplicates: int
) -> JobCounts:
    waiting = items - running - done - failed - cancelled
    return JobCounts(items, waiting, running, done, failed, cancelled, faces, duplicates)


def _status(
    row: JobRow, counts: JobCounts, recent: int, videos: VideoProgress | None, now: datetime
) -> JobStatus:
    rate = _items_per_second(row, recent, now)
    left = counts.waiting + counts.running
    return JobStatus(
        id=row.id,
        state=JobState(row.state),
        name=row.name,
        notes=row.notes,
        tags=tuple(row.tags),
        options=JobOptions.of(row.options),
        packs=tuple(map(PackVersion.of, row.packs)),
        counts=counts,
        videos=videos,
        items_per_second=rate,
        eta_seconds=left / rate if rate and row.finished_at is None else None,
        priority=Priority(row.priority),
        expires_at=row.expires_at,
        paused=_pause(row),
        erased=_receipt(row),
        rerun_of=row.rerun_of,
        headcount=row.headcount,
        sample=_sample(row),
        people=None if row.people is None else LinkedPeople(**row.people),
        skipped=row.skipped,
        listing=None,
        delivered=None,
        created_at=row.created_at,
        queued_at=row.queued_at,
        running_at=row.running_at,
        paused_at=row.paused_at,
        resumed_at=row.resumed_at,
        cancelling_at=row.cancelling_at,
        finished_at=row.finished_at,
    )


def _pause(row: JobRow) -> Pause | None:
    if row.state != JobState.PAUSED or row.paused_at is None or row.pause is None:
        return None
    code = row.pause["code"]
    reason = PauseReason(code) if code in list(PauseReason) else ErrorCode(code)
    return Pause(row.paused_at, reason, row.pause["message"])


def _sample(row: JobRow) -> Sample | None:
    rule = row.options.get("stop_when")
    return Sample.of(rule, row.sample) if row.sample is not None and rule else None


def _receipt(row: JobRow) -> Receipt | None:
    if row.erasing_at is None or row.receipt is None:
        return None
    return Receipt(**row.receipt, asked_at=row.erasing_at, erased_at=row.erased_at)


def _items_per_second(row: JobRow, recent: int, now: datetime) -> float | None:
    """Over the last minute, or over the whole run of an ended job; None while paused."""
    if row.running_at is None or row.state == JobState.PAUSED:
        return None
    begun = max(row.running_at, row.resumed_at or row.running_at)
    seconds = ((row.finished_at or now) - begun).total_seconds()
    if row.finished_at is None:
        seconds = min(seconds, RATE_WINDOW_SECONDS)
    return recent / seconds if seconds > 0 and recent else None
