"""Step 3: a worker claims a chunk, holds it while it works, and gives it up when it cannot go
on."""

from enum import StrEnum

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.states import ChunkState, ErrorCode, ItemState, JobState
from db.tables import ChunkRow, FaceRow, ItemRow, JobRow
from db.values import ClaimedChunk, ClaimedItem, JobOptions, ThumbnailKind

# A crash is forgiven once: the worker may have been killed for reasons of its own. An item that
# stands alone is condemned at its third.
FORGIVEN_CRASHES = 1
CONDEMNING_CRASHES = 3
CRASH_PAUSE_SECONDS = 1.0


class Lease(StrEnum):
    """What a worker learns when it renews its lease."""

    HELD = "held"  # go on
    CANCELLING = "cancelling"  # record what is done and stop
    LOST = "lost"  # somebody else has the chunk: drop everything


def claim_chunk(
    session: Session, chunk_id: int, token: str, worker: str, lease_seconds: float
) -> ClaimedChunk | None:
    """Take the chunk if it is free and its job is live; None for a late or doubled hint."""
    # The job's row first, then the chunk's, as a cancellation does: in the other order each could
    # wait for the other.
    _mark_running(session, chunk_id)
    claimed = session.execute(
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
            worker=worker,
            attempts=ChunkRow.attempts + 1,
            lease_until=DatabaseTime(lease_seconds),
        )
        .returning(ChunkRow.job_id, ChunkRow.start, ChunkRow.stop)
        .execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        return None
    job_id, start, stop = claimed
    return ClaimedChunk(
        id=chunk_id,
        job_id=job_id,
        token=token,
        options=_read_options(session, job_id),
        items=_read_waiting_items(session, job_id, start, stop),
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


def _read_options(session: Session, job_id: int) -> JobOptions:
    options = session.execute(select(JobRow.options).where(JobRow.id == job_id)).scalar_one()
    return JobOptions(ThumbnailKind(options["thumbnails"]))


def _read_waiting_items(
    session: Session, job_id: int, start: int, stop: int
) -> tuple[ClaimedItem, ...]:
    query = (
        select(ItemRow.id, ItemRow.name, ItemRow.uri, ItemRow.dimensions)
        .where(
            ItemRow.job_id == job_id,
            ItemRow.position >= start,
            ItemRow.position < stop,
            ItemRow.state == ItemState.WAITING,
        )
        .order_by(ItemRow.position)
    )
    return tuple(ClaimedItem(*row) for row in session.execute(query))


def renew_lease(session: Session, chunk_id: int, token: str, lease_seconds: float) -> Lease:
    """Show that the work goes on, and learn whether it still should."""
    job_id = session.execute(
        update(ChunkRow)
        .where(*_held(chunk_id, token))
        .values(lease_until=DatabaseTime(lease_seconds))
        .returning(ChunkRow.job_id)
    ).scalar_one_or_none()
    if job_id is None:
        return Lease.LOST
    state = session.execute(select(JobRow.state).where(JobRow.id == job_id)).scalar_one()
    return Lease.CANCELLING if state == JobState.CANCELLING else Lease.HELD


def release_all_leases(session: Session) -> None:
    """Give every leased chunk back: for a start at which no worker of this database can be
    alive."""
    session.execute(
        update(ChunkRow)
        .where(ChunkRow.state == ChunkState.LEASED)
        .values(state=ChunkState.WAITING, token=None)
    )
    session.execute(update(ChunkRow).where(ChunkRow.sent_at.is_not(None)).values(sent_at=None))


def crash_chunk(session: Session, chunk_id: int, token: str) -> bool:
    """Take back a chunk whose worker died: try it again, then its halves, then condemn the one
    item.

    `token` may be the beginning of the lease's token. False where the lease had already moved on.
    """
    chunk = session.scalars(
        update(ChunkRow)
        .where(
            ChunkRow.id == chunk_id,
            ChunkRow.state == ChunkState.LEASED,
            ChunkRow.token.startswith(token, autoescape=True),
        )
        .values(
            crashes=ChunkRow.crashes + 1,
            token=None,
            sent_at=None,
            state=ChunkState.WAITING,
            not_before=DatabaseTime(CRASH_PAUSE_SECONDS),
        )
        .returning(ChunkRow)
    ).first()
    if chunk is None:
        return False
    size = chunk.stop - chunk.start
    if _job_is_cancelling(session, chunk.job_id):
        left = size - chunk.done - chunk.failed - chunk.cancelled
        _end(session, chunk.id, ChunkState.CANCELLED, cancelled=left)
    elif chunk.crashes > FORGIVEN_CRASHES and size > 1:
        _split(session, chunk)
    elif chunk.crashes >= CONDEMNING_CRASHES:
        _condemn(session, chunk)
    return True


def _held(chunk_id: int, token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        ChunkRow.id == chunk_id,
        ChunkRow.token == token,
        ChunkRow.state == ChunkState.LEASED,
    )


def _job_is_cancelling(session: Session, job_id: int) -> bool:
    query = select(JobRow.state).where(JobRow.id == job_id)
    return session.execute(query).scalar_one() == JobState.CANCELLING


def _split(session: Session, chunk: ChunkRow) -> None:
    middle = (chunk.start + chunk.stop) // 2
    for start, stop in ((chunk.start, middle), (middle, chunk.stop)):
        half = ChunkRow(job_id=chunk.job_id, start=start, stop=stop)
        _count_ended(session, half)
        ended = half.done + half.failed
        half.state = ChunkState.DONE if ended == stop - start else ChunkState.WAITING
        # One crash is on it already: a half is split again at its first.
        half.crashes = FORGIVEN_CRASHES
        session.add(half)
    _end(session, chunk.id, ChunkState.SPLIT)


def _count_ended(session: Session, half: ChunkRow) -> None:
    """Give a half its part of what had ended before: refused at the door, or done before a
    retry."""
    inside = (
        ItemRow.job_id == half.job_id,
        ItemRow.position >= half.start,
        ItemRow.position < half.stop,
    )
    states = select(ItemRow.state, func.count()).where(*inside).group_by(ItemRow.state)
    counts = {state: count for state, count in session.execute(states)}
    faces = (
        select(func.count(), func.count(FaceRow.item_id.distinct())).join(ItemRow).where(*inside)
    )
    half.faces, with_faces = session.execute(faces.select_from(FaceRow)).one()
    half.done = counts.get(ItemState.DONE, 0)
    half.failed = counts.get(ItemState.FAILED, 0)
    half.without_faces = half.done - with_faces


def _condemn(session: Session, chunk: ChunkRow) -> None:
    message = (
        f"Analysing this item stopped its worker {chunk.crashes} times; it was left out so that "
        "the others could be done. Check the file, or submit it again in another format."
    )
    session.execute(
        update(ItemRow)
        .where(
            ItemRow.job_id == chunk.job_id,
            ItemRow.position == chunk.start,
            ItemRow.state == ItemState.WAITING,
        )
        .values(
            state=ItemState.FAILED,
            error_code=ErrorCode.WORKER_CRASHED,
            error_message=message,
        )
    )
    _end(session, chunk.id, ChunkState.DONE, failed=1)


def _end(
    session: Session, chunk_id: int, state: ChunkState, *, failed: int = 0, cancelled: int = 0
) -> None:
    values = {
        "state": state,
        "failed": ChunkRow.failed + failed,
        "cancelled": ChunkRow.cancelled + cancelled,
        "finished_at": DatabaseTime(),
    }
    session.execute(update(ChunkRow).where(ChunkRow.id == chunk_id).values(values))
