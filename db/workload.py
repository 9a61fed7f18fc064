"""How much work waits, runs and is done, as numbers for operators.

Reading them costs the same for any number of chunks.
"""

from collections import Counter as Numbers
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from db.clock import read_time
from db.counters import Counter, read_counts
from db.processes import LiveProcess, read_processes
from db.states import LIVE_JOB_STATES, ChunkState, ItemState, JobState
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow
from db.webhooks.messages import read_oldest_waiting_seconds

HISTORY_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Workload:
    """What is live now, and what was counted since the installation began."""

    jobs: Mapping[str, int]  # live ones, by state
    items_left: int  # that wait or are worked on
    chunks_leased: int
    oldest_seconds: float  # how long the chunk has waited that has waited longest
    oldest_message_seconds: float  # the same of messages to webhooks
    processes: tuple[LiveProcess, ...]
    counts: Mapping[str, Mapping[tuple[str, ...], float]]

    def count(self, counter: Counter, *labels: str) -> int:
        return int(self.counts.get(counter, {}).get(labels, 0))


def read_history(session: Session) -> list[int]:
    """How many items ended in each minute of the last hour, the last minute at the end."""
    now = read_time(session)
    minute = case(
        *(
            (ChunkRow.finished_at > now - timedelta(minutes=minute), HISTORY_MINUTES - minute)
            for minute in range(1, HISTORY_MINUTES + 1)
        )
    )
    query = (
        select(minute, func.sum(ChunkRow.newly_ended))
        .where(ChunkRow.finished_at > now - timedelta(minutes=HISTORY_MINUTES))
        .group_by(minute)
    )
    ended = {number: int(count) for number, count in session.execute(query)}
    return [ended.get(number, 0) for number in range(HISTORY_MINUTES)]


def read_workload(session: Session) -> Workload:
    counts = read_counts(session)
    ended = counts.get(Counter.ITEMS_ENDED, {})
    queued = counts.get(Counter.ITEMS_QUEUED, {}).get((), 0)
    return Workload(
        jobs=_count_live_jobs(session),
        items_left=int(queued - sum(ended.get((state,), 0) for state in ItemState)),
        chunks_leased=_count_leased(session),
        oldest_seconds=_read_oldest(session),
        oldest_message_seconds=read_oldest_waiting_seconds(session),
        processes=tuple(read_processes(session)),
        counts=counts,
    )


def _count_live_jobs(session: Session) -> dict[str, int]:
    query = (
        select(JobRow.state, func.count())
        .where(JobRow.state.in_(LIVE_JOB_STATES))
        .group_by(JobRow.state)
    )
    counted = Numbers({state: count for state, count in session.execute(query)})
    return {state: counted[state] for state in LIVE_JOB_STATES}


def _count_leased(session: Session) -> int:
    leased = select(func.count()).where(ChunkRow.state == ChunkState.LEASED)
    return session.execute(leased).scalar_one()


def _read_oldest(session: Session) -> float:
    """Chunks of a paused job wait for a person, not for a worker."""
    oldest_of_job = (
        select(func.min(ChunkRow.not_before))
        .where(ChunkRow.job_id == JobRow.id, ChunkRow.state == ChunkState.WAITING)
        .scalar_subquery()
    )
    live = JobRow.state.in_((JobState.QUEUED, JobState.RUNNING))
    oldest = session.scalar(select(func.min(oldest_of_job)).where(live))
    if oldest is None:
        return 0.0
    return max(0.0, (read_time(session) - oldest).total_seconds())
