"""Headcounts: the people of a live source are counted into a job a day until they are stopped.

One process counts a source at a time, by a lease, and numbers what it writes, so that a write that
is repeated changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.counts.cells import record_tally
from db.counts.sightings import Sighting, record_sightings
from db.counts.tally import Tally
from db.counts.zone_counts import record_zone_tallies
from db.job_values import DetectionMode, NewJob
from db.processes import read_processes
from db.reach import Reach
from db.states import JobState
from db.submissions.drafts import create_draft
from db.tables.headcounts import HeadcountRow
from db.tables.jobs import JobRow

LEASE_SECONDS = 30.0
# Which source it is, for audiences.
SOURCE_DIMENSION = "source"


@dataclass(frozen=True, slots=True)
class NewHeadcount:
    """What is asked for: whose people are counted, and what the jobs have."""

    source: str
    tenant: str
    tags: tuple[str, ...] = ()
    dimensions: tuple[tuple[str, str], ...] = ()
    detection: DetectionMode = DetectionMode.NORMAL
    # Whether it is kept when each person was seen, which playlists need.
    keeps_times: bool = False


@dataclass(frozen=True, slots=True)
class Headcount:
    """A headcount as it is now; without a job before its first write."""

    asked: NewHeadcount
    started_at: datetime
    job_id: int | None
    is_counting: bool
    problem: str | None
    has_begun: bool
    is_stopping: bool


class Written(Enum):
    """What became of a write."""

    DONE = auto()  # it is counted
    STOPPING = auto()  # it is counted, and the next one has to be the last
    ENDED = auto()  # the headcount is over, or its job was cancelled or paused
    LOST = auto()  # another process counts


@dataclass(frozen=True, slots=True)
class Write:
    """What a process adds, numbered from the `writes` that it found, and the day it is of."""

    number: int
    day: str
    tally: Tally
    is_last: bool = False
    sightings: tuple[Sighting, ...] = ()
    zones: Mapping[str, Tally] = field(default_factory=dict)


def has_headcount() -> ColumnElement[bool]:
    """Whether a headcount adds to a job, as a condition."""
    return select(HeadcountRow.source).where(HeadcountRow.job_id == JobRow.id).exists()


def start_headcount(session: Session, asked: NewHeadcount) -> bool:
    """False where the source is counted already."""
    row = session.get(HeadcountRow, asked.source)
    if row is not None and row.stopping_at is None:
        return False
    if row is not None:
        # What its process still has is lost.
        session.delete(row)
        session.flush()
    session.add(
        HeadcountRow(
            source=asked.source,
            tenant=asked.tenant,
            tags=list(asked.tags),
            dimensions=dict(asked.dimensions),
            detection=asked.detection,
            keeps_times=asked.keeps_times,
        )
    )
    return True


def stop_headcount(session: Session, source: str) -> bool:
    """End it at once if no process counts, else after its next write; the dispatcher then closes
    its job. False where the source is not counted."""
    is_free = or_(HeadcountRow.leased_until.is_(None), HeadcountRow.leased_until < DatabaseTime())
    of_source = HeadcountRow.source == source
    gone = delete(HeadcountRow).where(of_source, is_free).returning(HeadcountRow.source)
    if session.execute(gone).first() is not None:
        return True
    stopping = update(HeadcountRow).where(of_source).values(stopping_at=DatabaseTime())
    return session.execute(stopping.returning(HeadcountRow.source)).first() is not None


def read_headcounts(session: Session, reach: Reach) -> list[Headcount]:
    counting = (HeadcountRow.leased_until > DatabaseTime()).label("counting")
    query = select(HeadcountRow, counting).where(*reach.match(HeadcountRow.tenant))
    rows = session.execute(query.order_by(HeadcountRow.source))
    return [_read(row, is_counting=bool(is_counting)) for row, is_counting in rows]


def _read(row: HeadcountRow, *, is_counting: bool) -> Headcount:
    asked = NewHeadcount(
        row.source,
        row.tenant,
        tuple(row.tags),
        tuple(row.dimensions.items()),
        DetectionMode(row.detection),
        row.keeps_times,
    )
    return Headcount(
        asked=asked,
        started_at=row.started_at,
        job_id=row.job_id,
        is_counting=is_counting,
        problem=row.problem,
        has_begun=row.writes > 0,
        is_stopping=row.stopping_at is not None,
    )


def claim_headcount(session: Session, source: str, token: str) -> int | None:
    """How often was written so far, if this process may count now, or already does."""
    free = or_(
        HeadcountRow.leased_until.is_(None),
        HeadcountRow.leased_until < DatabaseTime(),
        HeadcountRow.token == token,
    )
    claimed = update(HeadcountRow).where(HeadcountRow.source == source, free)
    return session.execute(
        claimed.values(token=token, leased_until=DatabaseTime(LEASE_SECONDS)).returning(
            HeadcountRow.writes
        )
    ).scalar_one_or_none()


def release_headcount(session: Session, source: str, token: str, problem: str | None) -> None:
    """Let another process count, or this one later; with why it cannot now."""
    session.execute(
        update(HeadcountRow)
        .where(HeadcountRow.source == source, HeadcountRow.token == token)
        .values(token=None, leased_until=None, problem=problem)
    )


def write_headcount(
    session: Session,
    source: str,
    token: str,
    write: Write,
    make_job: Callable[[Session], NewJob],
) -> Written:
    """Add to the job of the day, which `make_job` describes where there is none yet, and renew the
    lease."""
    row = session.get(HeadcountRow, source, with_for_update=True)
    if row is None:
        return Written.ENDED
    if row.token != token:
        return Written.LOST
    if row.writes >= write.number:
        return Written.STOPPING if row.stopping_at else Written.DONE
    job_id = _find_job(session, row, write.day, make_job)
    if job_id is not None:
        record_tally(session, job_id, write.tally)
        dimensions = {**row.dimensions, SOURCE_DIMENSION: source}
        record_sightings(session, job_id, dimensions, write.sightings)
        record_zone_tallies(session, job_id, write.zones)
    if job_id is None or write.is_last:
        session.delete(row)
        return Written.ENDED
    row.job_id, row.day, row.writes, row.problem = job_id, write.day, write.number, None
    session.flush()
    renewed = update(HeadcountRow).where(HeadcountRow.source == source)
    session.execute(renewed.values(leased_until=DatabaseTime(LEASE_SECONDS)))
    return Written.STOPPING if row.stopping_at else Written.DONE


def _find_job(
    session: Session, row: HeadcountRow, day: str, make_job: Callable[[Session], NewJob]
) -> int | None:
    """The job of the day; None where it was cancelled or paused. After an erasure there is a new
    one."""
    if row.job_id is not None and row.day == day:
        job = session.execute(
            select(JobRow.state, JobRow.erasing_at)
            .where(JobRow.id == row.job_id)
            .with_for_update(key_share=True)
        ).first()
        if job is not None and job.erasing_at is None:
            return row.job_id if job.state == JobState.RUNNING else None
    return _begin_job(session, make_job(session))


def _begin_job(session: Session, job: NewJob) -> int:
    job_id = create_draft(session, job)
    values: dict[str, object] = {"queued_at": DatabaseTime(), "running_at": DatabaseTime()}
    # Frames are analyzed by whatever worker is free: only where all have the same version of the
    # pack is it known which one.
    processes = read_processes(session)
    packs = {one for each in processes for one in each.packs if one.name == job.options.pack}
    if len(packs) == 1:
        values["packs"] = [one.to_json() for one in packs]
    session.execute(
        update(JobRow).where(JobRow.id == job_id).values(state=JobState.RUNNING, **values)
    )
    return job_id
