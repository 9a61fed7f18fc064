"""Step 2: which chunks Redis should hold hints of; and what the dispatcher takes back and
closes."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.states import ChunkState, ItemState, JobState
from db.tables import ChunkRow, ItemRow, JobRow

# How many live jobs share the window at a time, oldest first.
SHARING_JOBS = 200


def choose_hints(session: Session, window: int, resend_seconds: float) -> list[int]:
    """Take the chunks whose hints go out now: as many as the window has room for, fairly by job.

    A chunk counts as outstanding for `resend_seconds` after its hint was sent; one that nobody
    claimed by then was lost, and is chosen again.
    """
    outstanding = _count_outstanding(session, resend_seconds)
    room = window - outstanding[ChunkState.WAITING].total()
    if room <= 0:
        return []
    due = _read_due(session, room, resend_seconds)
    held = outstanding[ChunkState.WAITING] + outstanding[ChunkState.LEASED]
    chosen = _share(due, held, room)
    if chosen:
        sent = update(ChunkRow).where(ChunkRow.id.in_(chosen)).values(sent_at=DatabaseTime())
        session.execute(sent)
    return chosen


def forget_hints(session: Session, chunk_ids: Sequence[int]) -> None:
    """Mark hints that could not be sent, so that they are chosen again at once."""
    session.execute(update(ChunkRow).where(ChunkRow.id.in_(chunk_ids)).values(sent_at=None))


def _count_outstanding(session: Session, resend_seconds: float) -> dict[ChunkState, Counter[int]]:
    """Per state, how many chunks of each job are in Redis' window or in a worker's hands."""
    sent = and_(ChunkRow.state == ChunkState.WAITING, _is_sent(resend_seconds))
    query = (
        select(ChunkRow.state, ChunkRow.job_id, func.count())
        .join(JobRow)
        .where(
            JobRow.state.in_((JobState.QUEUED, JobState.RUNNING)),
            or_(sent, ChunkRow.state == ChunkState.LEASED),
        )
        .group_by(ChunkRow.state, ChunkRow.job_id)
    )
    counts: dict[ChunkState, Counter[int]] = {
        ChunkState.WAITING: Counter(),
        ChunkState.LEASED: Counter(),
    }
    for state, job_id, count in session.execute(query):
        counts[ChunkState(state)][job_id] = count
    return counts


def _is_sent(resend_seconds: float) -> ColumnElement[bool]:
    return ChunkRow.sent_at > DatabaseTime(-resend_seconds)


def _read_due(session: Session, room: int, resend_seconds: float) -> dict[int, list[int]]:
    """Up to `room` chunk ids of each live job, in the order of their items."""
    jobs = (
        select(JobRow.id)
        .where(
            JobRow.state.in_((JobState.QUEUED, JobState.RUNNING)),
            exists().where(ChunkRow.job_id == JobRow.id, ChunkRow.state == ChunkState.WAITING),
        )
        .order_by(JobRow.id)
        .limit(SHARING_JOBS)
    )
    due = {}
    for job_id in session.scalars(jobs).all():
        chunks = (
            select(ChunkRow.id)
            .where(
                ChunkRow.job_id == job_id,
                ChunkRow.state == ChunkState.WAITING,
                ChunkRow.not_before <= DatabaseTime(),
                or_(ChunkRow.sent_at.is_(None), ~_is_sent(resend_seconds)),
            )
            .order_by(ChunkRow.id)
            .limit(room)
            # Two dispatchers at once share the work instead of sending every hint twice.
            .with_for_update(skip_locked=True)
        )
        due[job_id] = list(session.scalars(chunks))
    return due


def _share(due: dict[int, list[int]], held: Counter[int], room: int) -> list[int]:
    """Give each place to the job that holds the fewest, the oldest first among equals."""
    chosen: list[int] = []
    taken = Counter({job_id: held[job_id] for job_id in due})
    ahead = {job_id: iter(chunk_ids) for job_id, chunk_ids in due.items()}
    while ahead and len(chosen) < room:
        job_id = min(ahead, key=lambda candidate: (taken[candidate], candidate))
        chunk_id = next(ahead[job_id], None)
        if chunk_id is None:
            del ahead[job_id]
            continue
        chosen.append(chunk_id)
        taken[job_id] += 1
    return chosen


def read_expired_leases(session: Session, limit: int = 100) -> list[tuple[int, str]]:
    """(chunk id, token) of leases that ended unrenewed: their workers are dead or stuck."""
    query = (
        select(ChunkRow.id, ChunkRow.token)
        .where(ChunkRow.state == ChunkState.LEASED, ChunkRow.lease_until < DatabaseTime())
        .limit(limit)
    )
    return [(chunk_id, token) for chunk_id, token in session.execute(query) if token is not None]


def close_jobs(session: Session) -> list[int]:
    """Give every job whose chunks have all ended its last state; returns their ids."""
    _cancel_returned_chunks(session)
    open_states = (ChunkState.WAITING, ChunkState.LEASED)
    ended = ~exists().where(ChunkRow.job_id == JobRow.id, ChunkRow.state.in_(open_states))
    working = (JobState.QUEUED, JobState.RUNNING, JobState.CANCELLING)
    jobs = (
        select(JobRow.id, JobRow.state, JobRow.items)
        .where(JobRow.state.in_(working), ended)
        .with_for_update(skip_locked=True)
    )
    closed = []
    for job_id, state, items in session.execute(jobs).all():
        if state == JobState.CANCELLING:
            last_state = _cancel_waiting_items(session, job_id)
        else:
            last_state = _judge(session, job_id, items)
        values = {"state": last_state, "finished_at": DatabaseTime()}
        session.execute(update(JobRow).where(JobRow.id == job_id).values(values))
        closed.append(job_id)
    return closed


def _cancel_returned_chunks(session: Session) -> None:
    """A chunk given back while its job was being cancelled was seen by neither transaction."""
    cancelling = select(JobRow.id).where(JobRow.state == JobState.CANCELLING)
    session.execute(
        update(ChunkRow)
        .where(ChunkRow.state == ChunkState.WAITING, ChunkRow.job_id.in_(cancelling))
        .values(
            state=ChunkState.CANCELLED,
            cancelled=ChunkRow.stop - ChunkRow.start - ChunkRow.done - ChunkRow.failed,
            finished_at=DatabaseTime(),
        )
        .execution_options(synchronize_session=False)
    )


def _cancel_waiting_items(session: Session, job_id: int) -> JobState:
    session.execute(
        update(ItemRow)
        .where(ItemRow.job_id == job_id, ItemRow.state == ItemState.WAITING)
        .values(state=ItemState.CANCELLED)
    )
    return JobState.CANCELLED


def _judge(session: Session, job_id: int, items: int) -> JobState:
    counted = (ChunkRow.job_id == job_id, ChunkRow.state != ChunkState.SPLIT)
    failed = session.scalar(select(func.sum(ChunkRow.failed)).where(*counted)) or 0
    if failed == 0:
        return JobState.COMPLETED
    return JobState.FAILED if failed == items else JobState.COMPLETED_WITH_ERRORS
