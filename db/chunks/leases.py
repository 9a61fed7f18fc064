"""The lease of a chunk: claimed by a worker, renewed while it works, locked to write under it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, func, select, update
from sqlalchemy.orm import Session

from db.chunks.packs import settle_pack
from db.clock import DatabaseTime
from db.counters import Counter, count
from db.item_values import ClaimedChunk, ClaimedItem
from db.job_values import JobOptions
from db.pack_values import PEOPLE_PACK, PackVersion
from db.states import ChunkKind, ChunkState, ItemState, JobState
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow

# The hint of a chunk whose pack a process lacks is held back for this long: a process that cannot
# use it may be the first to take it again.
LEFT_PAUSE_SECONDS = 1.0
# Number, options, version of the pack; and what traces and logs need.
WaitingJob: TypeAlias = Row[
    tuple[int, dict[str, Any], str | None, str | None, str | None, datetime]
]


class LeaseStatus(StrEnum):
    """What a worker learns when it renews its lease."""

    RENEWED = "renewed"  # continue
    CANCELLING = "cancelling"  # record what is done and stop
    LOST = "lost"  # the chunk was taken back: discard the work


def claim_chunk(
    session: Session,
    chunk_id: int,
    token: str,
    pool_child: str,
    lease_seconds: float,
    packs: Mapping[str, PackVersion],
) -> ClaimedChunk | None:
    """Lease the chunk if it waits and its job is live; None for a late or duplicate hint.

    `packs` are those that this process can open, by name. A chunk that needs another pack, or
    another version of one, is left to other processes.
    """
    job = _read_waiting_job(session, chunk_id)
    if job is None:
        return None
    options = JobOptions.of(job.options)
    if not _settle_models(session, job, options, packs):
        _leave(session, chunk_id)
        return None
    _mark_running(session, job.id)
    row = _take_lease(session, chunk_id, token, pool_child, lease_seconds)
    if row is None:
        return None
    count(session, Counter.CHUNKS_CLAIMED)
    return _describe_claim(session, job, options, row, token)


def _read_waiting_job(session: Session, chunk_id: int) -> WaitingJob | None:
    query = (
        select(
            *(JobRow.id, JobRow.options, JobRow.pack_sha256),
            *(JobRow.request_id, JobRow.trace_parent, JobRow.created_at),
        )
        .join(ChunkRow)
        .where(ChunkRow.id == chunk_id, *_waits())
    )
    return session.execute(query).first()


def _waits() -> tuple[ColumnElement[bool], ...]:
    return ChunkRow.state == ChunkState.WAITING, ChunkRow.not_before <= DatabaseTime()


def _settle_models(
    session: Session, job: WaitingJob, options: JobOptions, packs: Mapping[str, PackVersion]
) -> bool:
    """Whether this process has the models that a job needs. Locks the job, before its chunk is
    locked, as a cancellation does: in different orders, two transactions could wait for each other.
    """
    if options.people and PEOPLE_PACK not in packs:
        return False
    return settle_pack(session, job.id, job.pack_sha256, packs.get(options.pack))


def _leave(session: Session, chunk_id: int) -> None:
    """Have the hint sent again soon, to a process that may have the pack."""
    later = {"sent_at": None, "not_before": DatabaseTime(LEFT_PAUSE_SECONDS)}
    session.execute(update(ChunkRow).where(ChunkRow.id == chunk_id, *_waits()).values(later))


def _mark_running(session: Session, job_id: int) -> None:
    session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state == JobState.QUEUED)
        .values(state=JobState.RUNNING, running_at=func.coalesce(JobRow.running_at, DatabaseTime()))
    )


def _take_lease(
    session: Session, chunk_id: int, token: str, pool_child: str, lease_seconds: float
) -> ChunkRow | None:
    return session.scalars(
        update(ChunkRow)
        .where(
            ChunkRow.id == chunk_id,
            *_waits(),
            ChunkRow.job_id == JobRow.id,
            JobRow.state.in_((JobState.QUEUED, JobState.RUNNING)),
        )
        .values(
            state=ChunkState.LEASED,
            token=token,
            pool_child=pool_child,
            attempts=ChunkRow.attempts + 1,
            lease_until=DatabaseTime(lease_seconds),
        )
        .returning(ChunkRow)
        .execution_options(synchronize_session=False)
    ).first()


def _describe_claim(
    session: Session, job: WaitingJob, options: JobOptions, row: ChunkRow, token: str
) -> ClaimedChunk:
    # A segment covers no positions (start == stop): read the video at `start`.
    stop = max(row.stop, row.start + 1)
    return ClaimedChunk(
        id=row.id,
        job_id=job.id,
        token=token,
        options=options,
        items=_read_waiting_items(session, job.id, row.start, stop),
        crashes=row.crashes,
        kind=ChunkKind(row.kind),
        first_frame=row.first_frame or 0,
        stop_frame=row.stop_frame,
        request_id=job.request_id,
        trace_parent=job.trace_parent,
        submitted_at=job.created_at,
        sent_at=row.sent_at,
    )


def _read_waiting_items(
    session: Session, job_id: int, start: int, stop: int
) -> tuple[ClaimedItem, ...]:
    query = (
        select(ItemRow.id, ItemRow.name, ItemRow.uri, ItemRow.dimensions, ItemRow.captured_at)
        .where(
            ItemRow.job_id == job_id,
            ItemRow.position >= start,
            ItemRow.position < stop,
            ItemRow.state == ItemState.WAITING,
        )
        .order_by(ItemRow.position)
    )
    return tuple(ClaimedItem(*row) for row in session.execute(query))


def renew_lease(session: Session, chunk_id: int, token: str, lease_seconds: float) -> LeaseStatus:
    """Extend a lease whose worker makes progress, and report whether it should continue."""
    job_id = session.execute(
        update(ChunkRow)
        .where(*leased_with(chunk_id, token))
        .values(lease_until=DatabaseTime(lease_seconds))
        .returning(ChunkRow.job_id)
    ).scalar_one_or_none()
    if job_id is None:
        return LeaseStatus.LOST
    return LeaseStatus.CANCELLING if is_cancelling(session, job_id) else LeaseStatus.RENEWED


def mark_current_item(session: Session, chunk_id: int, token: str, item_id: int | None) -> bool:
    """Note the current item, so that a crash can be attributed to it.

    False where the lease was lost.
    """
    position = select(ItemRow.position).where(ItemRow.id == item_id).scalar_subquery()
    marked = session.execute(
        update(ChunkRow)
        .where(*leased_with(chunk_id, token))
        .values(current_item=None if item_id is None else position)
        .returning(ChunkRow.id)
        .execution_options(synchronize_session=False)
    )
    return marked.first() is not None


def lock_lease(session: Session, chunk: ClaimedChunk) -> ChunkRow | None:
    """The row of a chunk, locked until the transaction ends; None where its lease was lost.

    The guard of every transaction that first reads the row and then writes under the lease.
    """
    lease = select(ChunkRow).where(*leased_with(chunk.id, chunk.token)).with_for_update()
    return session.scalars(lease).first()


def leased_with(chunk_id: int, token: str) -> tuple[ColumnElement[bool], ...]:
    """The chunk, as long as it is leased with this token."""
    return (
        ChunkRow.id == chunk_id,
        ChunkRow.token == token,
        ChunkRow.state == ChunkState.LEASED,
    )


def leased_by(main_process: str) -> tuple[ColumnElement[bool], ...]:
    """The chunks that the pool children of a main process, `host:pid`, have leased."""
    return (
        ChunkRow.state == ChunkState.LEASED,
        ChunkRow.pool_child.startswith(f"{main_process}:", autoescape=True),
    )


def is_cancelling(session: Session, job_id: int) -> bool:
    """Whether a job is being cancelled: none of its chunks wait any more."""
    query = select(JobRow.state).where(JobRow.id == job_id)
    return session.execute(query).scalar_one() == JobState.CANCELLING


def read_options(session: Session, job_id: int) -> JobOptions:
    """How the items of a job are analyzed."""
    options = session.execute(select(JobRow.options).where(JobRow.id == job_id)).scalar_one()
    return JobOptions.of(options)


def read_expired_leases(session: Session, limit: int = 100) -> list[tuple[int, str]]:
    """(chunk id, token) of leases that ran out: their workers are dead or stuck."""
    query = select_expired_leases().limit(limit)
    return [(chunk_id, token) for chunk_id, token in session.execute(query) if token is not None]


def select_expired_leases() -> Select[int, str | None]:
    """The same as a query."""
    expired = (ChunkRow.state == ChunkState.LEASED, ChunkRow.lease_until < DatabaseTime())
    return select(ChunkRow.id, ChunkRow.token).where(*expired)
