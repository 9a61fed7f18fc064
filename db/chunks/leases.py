"""The lease of a chunk: claimed by a worker, renewed while it works, locked to write under it."""

from enum import StrEnum

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.item_values import ClaimedChunk, ClaimedItem
from db.job_values import JobOptions
from db.states import ChunkKind, ChunkState, ItemState, JobState
from db.tables import ChunkRow, ItemRow, JobRow


class LeaseStatus(StrEnum):
    """What a worker learns when it renews its lease."""

    RENEWED = "renewed"  # continue
    CANCELLING = "cancelling"  # record what is done and stop
    LOST = "lost"  # the chunk was taken back: discard the work


def claim_chunk(
    session: Session, chunk_id: int, token: str, pool_child: str, lease_seconds: float
) -> ClaimedChunk | None:
    """Lease the chunk if it waits and its job is live; None for a late or duplicate hint."""
    # Lock the job's row before the chunk's, as a cancellation does: in different orders, two
    # transactions could wait for each other.
    _mark_running(session, chunk_id)
    claimed = _take_lease(session, chunk_id, token, pool_child, lease_seconds)
    if claimed is None:
        return None
    job_id = claimed.job_id
    # A segment covers no positions (start == stop): read the video at `start`.
    stop = max(claimed.stop, claimed.start + 1)
    return ClaimedChunk(
        id=chunk_id,
        job_id=job_id,
        token=token,
        options=read_options(session, job_id),
        items=_read_waiting_items(session, job_id, claimed.start, stop),
        crashes=claimed.crashes,
        kind=ChunkKind(claimed.kind),
        first_frame=claimed.first_frame or 0,
        stop_frame=claimed.stop_frame,
    )


def _mark_running(session: Session, chunk_id: int) -> None:
    job_id = select(ChunkRow.job_id).where(
        ChunkRow.id == chunk_id, ChunkRow.state == ChunkState.WAITING
    )
    session.execute(
        update(JobRow)
        .where(JobRow.id == job_id.scalar_subquery(), JobRow.state == JobState.QUEUED)
        .values(state=JobState.RUNNING, running_at=func.coalesce(JobRow.running_at, DatabaseTime()))
    )


def _take_lease(
    session: Session, chunk_id: int, token: str, pool_child: str, lease_seconds: float
) -> ChunkRow | None:
    return session.scalars(
        update(ChunkRow)
        .where(
            ChunkRow.id == chunk_id,
            ChunkRow.state == ChunkState.WAITING,
            ChunkRow.not_before <= DatabaseTime(),
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


def read_options(session: Session, job_id: int) -> JobOptions:
    """How the items of a job are analyzed."""
    options = session.execute(select(JobRow.options).where(JobRow.id == job_id)).scalar_one()
    return JobOptions.of(options)


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


def read_expired_leases(session: Session, limit: int = 100) -> list[tuple[int, str]]:
    """(chunk id, token) of leases that ran out: their workers are dead or stuck."""
    query = (
        select(ChunkRow.id, ChunkRow.token)
        .where(ChunkRow.state == ChunkState.LEASED, ChunkRow.lease_until < DatabaseTime())
        .limit(limit)
    )
    return [(chunk_id, token) for chunk_id, token in session.execute(query) if token is not None]
