"""Chunks that are released unfinished: they wait again at once, and no crash is counted."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from db.chunks.leases import leased_by, leased_with, lock_lease
from db.chunks.splitting import cut_sub_chunk
from db.chunks.window import resend_hints
from db.clock import DatabaseTime
from db.counters import Counter, count
from db.item_values import ClaimedChunk
from db.states import ChunkState
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow

# Hints of released chunks are held back for this long: a worker that is ending still takes hints,
# and wastes them.
SHUTDOWN_PAUSE_SECONDS = 1.0


def release_rest(session: Session, chunk: ClaimedChunk, results: int) -> ClaimedChunk | None:
    """Release all but the first `results` items, which remain leased; None where the lease was
    lost."""
    row = lock_lease(session, chunk)
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
    count(session, Counter.CHUNKS_RELEASED)
    return replace(chunk, items=chunk.items[:results])


def release_chunk(session: Session, chunk: ClaimedChunk) -> bool:
    """Release a whole chunk; False where its lease was lost."""
    return _release(session, leased_with(chunk.id, chunk.token), 0.0) == 1


def release_chunks_of(session: Session, main_process: str) -> int:
    """Release what the pool children of an ending main process have leased; returns how many
    chunks."""
    return _release(session, leased_by(main_process), SHUTDOWN_PAUSE_SECONDS)


def _release(session: Session, which: Sequence[ColumnElement[bool]], pause_seconds: float) -> int:
    released = session.execute(
        update(ChunkRow)
        .where(*which)
        .values(
            state=ChunkState.WAITING,
            token=None,
            sent_at=None,
            not_before=DatabaseTime(pause_seconds),
            current_item=None,
            # A claim that leads to nothing is not an attempt.
            attempts=ChunkRow.attempts - 1,
        )
        .returning(ChunkRow.id)
        .execution_options(synchronize_session=False)
    )
    chunks = len(released.all())
    count(session, Counter.CHUNKS_RELEASED, amount=chunks)
    return chunks


def release_all_chunks(session: Session) -> None:
    """Release every leased chunk, and resend every hint: for a start at which no worker of this
    database can be alive."""
    session.execute(
        update(ChunkRow)
        .where(ChunkRow.state == ChunkState.LEASED)
        .values(state=ChunkState.WAITING, token=None, current_item=None)
    )
    resend_hints(session)
