"""What a worker that has to end leaves: it waits again at once, and nothing counts as a crash."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from db.chunks.leases import leased_by, leased_with
from db.chunks.splitting import cut_sub_chunk
from db.clock import DatabaseTime
from db.item_values import ClaimedChunk
from db.states import ChunkState
from db.tables import ChunkRow, ItemRow

LAST_MOMENT_SECONDS = 1.0


def release_rest(session: Session, chunk: ClaimedChunk, results: int) -> ClaimedChunk | None:
    """Cut off what comes after the first `results` items; the lease is on those from now on.

    None where the lease has moved on.
    """
    lease = select(ChunkRow).where(*leased_with(chunk.id, chunk.token)).with_for_update()
    row = session.scalars(lease).first()
    if row is None:
        return None
    first_left = select(ItemRow.position).where(ItemRow.id == chunk.items[results].id)
    middle = session.execute(first_left).scalar_one()
    rest = cut_sub_chunk(session, row, middle, row.stop, row.crashes, row.unseen_crashes)
    row.stop = middle
    row.done -= rest.done
    row.failed -= rest.failed
    row.faces -= rest.faces
    row.without_faces -= rest.without_faces
    row.duplicates -= rest.duplicates
    row.ended_before -= rest.ended_before
    session.flush()
    return replace(chunk, items=chunk.items[:results])


def release_chunk(session: Session, chunk: ClaimedChunk) -> bool:
    """All of a chunk; False where the lease has moved on."""
    return _release(session, leased_with(chunk.id, chunk.token), 0.0) == 1


def release_chunks_of(session: Session, worker: str) -> int:
    """Whatever the children of a worker hold; returns how many chunks that were.

    They are sent a moment later, as a worker in its last moment still takes hints, for nothing.
    """
    return _release(session, leased_by(worker), LAST_MOMENT_SECONDS)


def _release(session: Session, which: Sequence[ColumnElement[bool]], pause_seconds: float) -> int:
    given = session.execute(
        update(ChunkRow)
        .where(*which)
        .values(
            state=ChunkState.WAITING,
            token=None,
            sent_at=None,
            not_before=DatabaseTime(pause_seconds),
            current_item=None,
            # A claim that comes to nothing is no attempt.
            attempts=ChunkRow.attempts - 1,
        )
        .returning(ChunkRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(given.all())
