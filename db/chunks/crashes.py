"""A chunk whose worker died is tried again, then taken apart, until an item that kills workers
stands alone and is condemned."""

from itertools import pairwise

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.audience.cells import Tally, record_tally
from db.audience.totals import FAILED, add_outcome
from db.chunks.leases import is_cancelling, leased_by
from db.chunks.segments import fail_video
from db.chunks.splitting import cut_sub_chunk
from db.clock import DatabaseTime
from db.item_values import Failure
from db.states import ChunkState, ErrorCode, ItemState
from db.tables import ChunkRow, ItemRow

# A crash is forgiven once: the worker may have been killed for reasons of its own. From then on
# each item is written down before it is worked on.
FORGIVEN_CRASHES = 1
# An item that stands alone is condemned at the third crash that somebody saw. Where nobody did, a
# host may have been lost or frozen: it takes more, of two workers or, where there is only one,
# more still.
CONDEMNING_CRASHES = 3
CONDEMNING_LOSSES = 5
CONDEMNING_LOSSES_OF_ONE_WORKER = 8
CRASH_PAUSE_SECONDS = 1.0


def rescue_chunk(session: Session, chunk_id: int, token: str, *, seen: bool) -> bool:
    """Take back a chunk whose worker died: try it again, then part of it, then condemn the one
    item.

    `token` may be the beginning of the lease's token; `seen` is for one whose main process saw
    the death, or the fault, of the child. False where the lease had already moved on.
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
    suspect, chunk.current_item = chunk.current_item, None
    if not seen:
        chunk.unseen_crashes = [*chunk.unseen_crashes, _main_of(chunk.worker)]
    _judge(session, chunk, suspect)
    return True


def rescue_chunks_of(session: Session, worker: str) -> int:
    """Take back what the children of a worker held that is gone; returns how many chunks."""
    leases = session.execute(select(ChunkRow.id, ChunkRow.token).where(*leased_by(worker))).all()
    return sum(
        rescue_chunk(session, chunk_id, token or "", seen=False) for chunk_id, token in leases
    )


def _main_of(worker: str | None) -> str:
    """The main process of a child, `host:main:child`."""
    return (worker or "").rpartition(":")[0]


def _judge(session: Session, chunk: ChunkRow, suspect: int | None) -> None:
    size = chunk.stop - chunk.start
    if is_cancelling(session, chunk.job_id):
        left = size - chunk.done - chunk.failed - chunk.cancelled
        _end(session, chunk.id, ChunkState.CANCELLED, cancelled=left)
    elif chunk.crashes > FORGIVEN_CRASHES and size > 1:
        _split(session, chunk, suspect)
    elif _is_condemned(chunk):
        _condemn(session, chunk)


def _is_condemned(chunk: ChunkRow) -> bool:
    if chunk.crashes - len(chunk.unseen_crashes) >= CONDEMNING_CRASHES:
        return True
    several = len(set(chunk.unseen_crashes)) > 1
    return chunk.crashes >= (CONDEMNING_LOSSES if several else CONDEMNING_LOSSES_OF_ONE_WORKER)


def _split(session: Session, chunk: ChunkRow, suspect: int | None) -> None:
    """Put the suspect by itself, with all that it is charged with; without one, halve the chunk."""
    cuts = ((chunk.start + chunk.stop) // 2,) if suspect is None else (suspect, suspect + 1)
    bounds = pairwise((chunk.start, *cuts, chunk.stop))
    for start, stop in [(start, stop) for start, stop in bounds if start < stop]:
        if start == suspect:
            cut_sub_chunk(session, chunk, start, stop, chunk.crashes, chunk.unseen_crashes)
        else:
            # One crash is on it already: it is split again at its first.
            cut_sub_chunk(session, chunk, start, stop, FORGIVEN_CRASHES, chunk.unseen_crashes[:1])
    _end(session, chunk.id, ChunkState.SPLIT)


def _condemn(session: Session, chunk: ChunkRow) -> None:
    message = (
        f"Analyzing this item stopped its worker {chunk.crashes} times; it was left out so that "
        "the others could be done. Check the file, or submit it again in another format."
    )
    error = Failure(ErrorCode.WORKER_CRASHED, message)
    if chunk.item_id is not None:
        fail_video(session, chunk.item_id, error)
        return
    condemned = session.execute(
        update(ItemRow)
        .where(
            ItemRow.job_id == chunk.job_id,
            ItemRow.position == chunk.start,
            ItemRow.state == ItemState.WAITING,
        )
        .values(state=ItemState.FAILED, error_code=error.code, error_message=error.message)
        .returning(ItemRow.dimensions, ItemRow.captured_at)
    )
    tally = Tally()
    for dimensions, captured_at in condemned:
        add_outcome(tally.at(dimensions, captured_at), f"{FAILED}{ErrorCode.WORKER_CRASHED}")
    record_tally(session, chunk.job_id, tally)
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
