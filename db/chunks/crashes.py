"""Chunks whose worker died are tried again, then split, until the item that kills workers is alone
in its chunk and is quarantined."""

from itertools import pairwise

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.chunks.failures import fail_item
from db.chunks.leases import is_cancelling, leased_by
from db.chunks.linking import give_up_linking
from db.chunks.segments import fail_video, lock_video_of
from db.chunks.splitting import cut_sub_chunk
from db.clock import DatabaseTime
from db.counters import Counter, count
from db.item_values import Failure
from db.states import ChunkKind, ChunkState, ErrorCode, ItemState
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow

# One crash is tolerated: something else may have killed the worker. After it, each item is marked
# before it is analyzed.
TOLERATED_CRASHES = 1
# An item alone in its chunk is quarantined at its third crash, if its main process saw all three.
# If none did, a host may have been lost or frozen: that takes more crashes, and more still if all
# were on one worker.
QUARANTINE_CRASHES = 3
QUARANTINE_UNSEEN_CRASHES = 5
QUARANTINE_UNSEEN_CRASHES_OF_ONE_WORKER = 8
CRASH_PAUSE_SECONDS = 1.0
TIMED_OUT = Failure(
    ErrorCode.TIMEOUT,
    "Analyzing this item took longer than a worker may work on one. Send it in another format, or "
    "smaller.",
)

UNLINKED = (
    "Linking the faces crashed its worker several times, so people are unknown. Run the job "
    "again with fewer photos, or report the error."
)


def rescue_chunk(
    session: Session, chunk_id: int, token: str, *, seen: bool, timed_out: bool = False
) -> bool:
    """Take a chunk back from a worker that died, count the crash, and decide what happens next.

    `token` may be the beginning of the lease's token; `seen` says that the main process saw its
    pool child die or fail, and `timed_out` that it killed it as its time was over. False where the
    lease has changed hands.
    """
    # Lock a video before its segment, as a worker at the end of the segment does: in different
    # orders, the two could wait for each other.
    lock_video_of(session, chunk_id)
    chunk = _requeue(session, chunk_id, token)
    if chunk is None:
        return False
    count(session, Counter.CHUNK_CRASHES, _cause(seen=seen, timed_out=timed_out))
    suspect, chunk.current_item = chunk.current_item, None
    if not seen:
        chunk.unseen_crashes = [*chunk.unseen_crashes, _main_process_of(chunk.pool_child)]
    _decide(session, chunk, suspect, timed_out)
    return True


def _cause(*, seen: bool, timed_out: bool) -> str:
    if timed_out:
        return "timeout"
    return "seen" if seen else "unseen"


def _requeue(session: Session, chunk_id: int, token: str) -> ChunkRow | None:
    """Let the chunk wait again, with one more crash; None where the lease has changed hands."""
    return session.scalars(
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


def rescue_chunks_of(session: Session, main_process: str) -> int:
    """Take back what the pool children of a dead main process had leased; returns how many
    chunks."""
    # In the order of their videos, so that two such transactions never wait for each other.
    leases = (
        select(ChunkRow.id, ChunkRow.token)
        .where(*leased_by(main_process))
        .order_by(ChunkRow.item_id, ChunkRow.id)
    )
    return sum(
        rescue_chunk(session, chunk_id, token or "", seen=False)
        for chunk_id, token in session.execute(leases).all()
    )


def _main_process_of(pool_child: str | None) -> str:
    """`host:pid` of a pool child that is named `host:pid:child`."""
    return (pool_child or "").rpartition(":")[0]


def _decide(session: Session, chunk: ChunkRow, suspect: int | None, timed_out: bool) -> None:
    """Cancel, give up, split or quarantine; otherwise the chunk just waits again."""
    if is_cancelling(session, chunk.job_id):
        _end(session, chunk.id, ChunkState.CANCELLED, cancelled=chunk.unfinished)
    elif timed_out and chunk.size <= 1:
        # Nothing else can have taken the time, and a second try would take as long.
        _give_up(session, chunk, TIMED_OUT)
    elif timed_out and suspect is not None:
        _split(session, chunk, suspect, failure=TIMED_OUT)
    elif chunk.crashes > TOLERATED_CRASHES and chunk.size > 1:
        _split(session, chunk, suspect)
    elif _must_be_quarantined(chunk):
        _quarantine(session, chunk)


def _must_be_quarantined(chunk: ChunkRow) -> bool:
    if chunk.crashes - len(chunk.unseen_crashes) >= QUARANTINE_CRASHES:
        return True
    several_processes = len(set(chunk.unseen_crashes)) > 1
    return chunk.crashes >= (
        QUARANTINE_UNSEEN_CRASHES if several_processes else QUARANTINE_UNSEEN_CRASHES_OF_ONE_WORKER
    )


def _split(
    session: Session, chunk: ChunkRow, suspect: int | None, failure: Failure | None = None
) -> None:
    """Isolate the suspect, which keeps all crashes, or fails at once; without a suspect, halve the
    chunk."""
    cuts = ((chunk.start + chunk.stop) // 2,) if suspect is None else (suspect, suspect + 1)
    bounds = pairwise((chunk.start, *cuts, chunk.stop))
    for start, stop in [(start, stop) for start, stop in bounds if start < stop]:
        if start == suspect:
            alone = cut_sub_chunk(session, chunk, start, stop, chunk.crashes, chunk.unseen_crashes)
            if failure is not None:
                session.flush()
                _give_up(session, alone, failure)
        else:
            # With one crash on it, it is split again at its next.
            cut_sub_chunk(session, chunk, start, stop, TOLERATED_CRASHES, chunk.unseen_crashes[:1])
    _end(session, chunk.id, ChunkState.SPLIT)
    count(session, Counter.CHUNKS_SPLIT)


def _quarantine(session: Session, chunk: ChunkRow) -> None:
    message = (
        f"Analyzing this item stopped its worker {chunk.crashes} times, so it was left out to let "
        "the others finish. Check the file, or submit it again in another format."
    )
    _give_up(session, chunk, Failure(ErrorCode.WORKER_CRASHED, message))


def _give_up(session: Session, chunk: ChunkRow, failure: Failure) -> None:
    """Fail the only item of a chunk, or do without people."""
    if chunk.kind == ChunkKind.LINK:
        give_up_linking(session, chunk, UNLINKED)
        return
    if chunk.item_id is not None:
        fail_video(session, chunk.item_id, failure)
        return
    fail_item(session, failure, ItemRow.job_id == chunk.job_id, ItemRow.position == chunk.start)
    _end(session, chunk.id, ChunkState.DONE, failed=1)


def _end(
    session: Session, chunk_id: int, state: ChunkState, *, failed: int = 0, cancelled: int = 0
) -> None:
    count(session, Counter.ITEMS_ENDED, ItemState.CANCELLED, amount=cancelled)
    values = {
        "state": state,
        "failed": ChunkRow.failed + failed,
        "cancelled": ChunkRow.cancelled + cancelled,
        "finished_at": DatabaseTime(),
    }
    session.execute(update(ChunkRow).where(ChunkRow.id == chunk_id).values(values))
