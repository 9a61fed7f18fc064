"""Which chunks Redis should hold hints of: a window of few, shared fairly among jobs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import choice, random

from sqlalchemy import ColumnElement, case, exists, func, or_, select, true, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.job_values import Priority
from db.states import ChunkState, JobState
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow

# How many live jobs share the window at a time: the most urgent, and of those the oldest.
SHARING_JOBS = 200
# No job starves: one of low priority still gets a ninth of what the most urgent gets.
WEIGHTS = {Priority.LOW: 1, Priority.NORMAL: 3, Priority.HIGH: 9}
# How often a hint goes to a job that has no chunk outstanding, whatever its weight.
LOTTERY_SHARE = 0.1
_WEIGHT = case(WEIGHTS, value=JobRow.priority)


@dataclass(frozen=True, slots=True)
class _Due:
    """A job's chunks that may be sent, and its weight against other jobs."""

    weight: int
    chunk_ids: list[int]


def choose_hints(session: Session, window: int, resend_seconds: float) -> list[int]:
    """Choose the chunks whose hints are sent now: as many as fit the window, shared among jobs.

    A chunk fills the window for `resend_seconds` after its hint was sent. If nobody has claimed it
    by then, the hint was lost, and the chunk is chosen again.
    """
    outstanding = _count_outstanding(session, resend_seconds)
    room = window - outstanding[ChunkState.WAITING].total()
    if room <= 0:
        return []
    due = _read_due(session, room, resend_seconds)
    taken = outstanding[ChunkState.WAITING] + outstanding[ChunkState.LEASED]
    chosen = _share(due, taken, room)
    if chosen:
        sent = update(ChunkRow).where(ChunkRow.id.in_(chosen)).values(sent_at=DatabaseTime())
        session.execute(sent)
    return chosen


def forget_hints(session: Session, chunk_ids: Sequence[int]) -> None:
    """Note that these hints could not be sent, so that they are chosen again at once."""
    session.execute(update(ChunkRow).where(ChunkRow.id.in_(chunk_ids)).values(sent_at=None))


def resend_hints(session: Session, *which: ColumnElement[bool]) -> None:
    """Have the hints of these waiting chunks sent again at once."""
    sent = (ChunkRow.state == ChunkState.WAITING, ChunkRow.sent_at.is_not(None))
    session.execute(update(ChunkRow).where(*which, *sent).values(sent_at=None))


def _count_outstanding(session: Session, resend_seconds: float) -> dict[ChunkState, Counter[int]]:
    """For each job, how many of its chunks fill the window, and how many are leased."""
    conditions = {
        ChunkState.WAITING: _is_sent(resend_seconds),
        ChunkState.LEASED: true(),
    }
    return {
        state: _count_by_job(session, state, condition) for state, condition in conditions.items()
    }


def _count_by_job(
    session: Session, state: ChunkState, condition: ColumnElement[bool]
) -> Counter[int]:
    query = (
        select(ChunkRow.job_id, func.count())
        .join(JobRow)
        .where(
            JobRow.state.in_((JobState.QUEUED, JobState.RUNNING)),
            ChunkRow.state == state,
            condition,
        )
        .group_by(ChunkRow.job_id)
    )
    return Counter({job_id: count for job_id, count in session.execute(query)})


def _is_sent(resend_seconds: float) -> ColumnElement[bool]:
    return ChunkRow.sent_at > DatabaseTime(-resend_seconds)


def _read_due(session: Session, room: int, resend_seconds: float) -> dict[int, _Due]:
    """Up to `room` chunk ids of each live job, in the order of their items, or as they are
    drawn."""
    jobs = (
        select(JobRow.id, _WEIGHT, JobRow.sample.is_not(None))
        .where(
            JobRow.state.in_((JobState.QUEUED, JobState.RUNNING)),
            has_chunk(ChunkState.WAITING),
        )
        .order_by(_WEIGHT.desc(), JobRow.id)
        .limit(SHARING_JOBS)
    )
    due = {}
    for job_id, weight, is_sampled in session.execute(jobs).all():
        chunks = (
            select(ChunkRow.id)
            .where(
                ChunkRow.job_id == job_id,
                ChunkRow.state == ChunkState.WAITING,
                ChunkRow.not_before <= DatabaseTime(),
                or_(ChunkRow.sent_at.is_(None), ~_is_sent(resend_seconds)),
            )
            .order_by(*(ChunkRow.draw, ChunkRow.id) if is_sampled else (ChunkRow.id,))
            .limit(room)
            # Two dispatchers share the work, instead of both sending every hint.
            .with_for_update(skip_locked=True)
        )
        due[job_id] = _Due(weight, list(session.scalars(chunks)))
    return due


def _share(due: dict[int, _Due], outstanding: Counter[int], room: int) -> list[int]:
    """Give each hint to the job with the fewest chunks outstanding for its weight, at random among
    equals; now and then to a job that has none."""
    chosen: list[int] = []
    taken = Counter({job_id: outstanding[job_id] for job_id in due})
    ahead = {job_id: iter(job.chunk_ids) for job_id, job in due.items()}

    def rank(job_id: int) -> tuple[float, float]:
        return (taken[job_id] + 1) / due[job_id].weight, random()

    while ahead and len(chosen) < room:
        idle = [job_id for job_id in ahead if not taken[job_id]]
        # A lottery, because with more jobs than room the ranks would always favor the same ones.
        job_id = choice(idle) if idle and random() < LOTTERY_SHARE else min(ahead, key=rank)
        chunk_id = next(ahead[job_id], None)
        if chunk_id is None:
            del ahead[job_id]
            continue
        chosen.append(chunk_id)
        taken[job_id] += 1
    return chosen


def has_chunk(state: ChunkState, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the job of the enclosing query has a chunk in that state."""
    return exists().where(ChunkRow.job_id == JobRow.id, ChunkRow.state == state, *conditions)
