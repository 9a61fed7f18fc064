"""Released chunks wait again immediately; counts add up, and no crash is counted."""

import pytest
from sqlalchemy import select, update

from db.chunks.leases import mark_current_item
from db.chunks.release import release_chunks_of
from db.engine import Database
from db.jobs.cancelling import cancel_job
from db.results.recording import was_recorded
from db.states import ChunkState, ErrorCode, ItemState, JobState
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow
from tests.support.work.jobs import (
    claim,
    claim_next,
    close,
    crash,
    hints,
    make_face,
    record,
    results_of,
    status,
    submit,
    submit_chunk,
    work_all,
)


def read_chunks(database: Database) -> list[ChunkRow]:
    with database.read() as session:
        return list(session.scalars(select(ChunkRow).order_by(ChunkRow.start)))


@pytest.mark.parametrize("done", [1, 3])
def test_done_items_are_recorded_and_the_rest_waits_immediately(
    database: Database, done: int
) -> None:
    job_id = submit_chunk(database, items=4)
    assert crash(database, claim_next(database))
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk, [make_face()])[:done])
    counts = status(database, job_id).counts
    assert (counts.done, counts.faces, counts.waiting) == (done, done, 4 - done)
    with database.read() as session:
        assert was_recorded(session, chunk)
    rest = claim_next(database, "other")
    assert [item.name for item in rest.items] == [f"{n}.jpg" for n in range(done, 4)]
    # One crash and no more, as before.
    assert rest.crashes == 1
    assert not record(database, chunk, results_of(chunk))
    assert record(database, rest, results_of(rest, [make_face()]))
    assert close(database) == [job_id]
    assert status(database, job_id).counts.faces == 4


def test_a_chunk_without_results_is_released_whole(database: Database) -> None:
    submit(database, items=2, chunk_items=2)
    chunk = claim_next(database)
    assert record(database, chunk, [])
    [given, *_] = read_chunks(database)
    assert (given.state, given.attempts, given.crashes) == (ChunkState.WAITING, 0, 0)
    assert given.id in hints(database)
    assert not record(database, chunk, [])


def test_ended_items_are_counted_on_their_side_of_the_cut(database: Database) -> None:
    job_id = submit(database, items=6, chunk_items=6)
    with database.write() as session:
        session.execute(update(ChunkRow).values(state=ChunkState.SPLIT).where(ChunkRow.start > 0))
        whole = update(ChunkRow).where(ChunkRow.start == 0)
        session.execute(whole.values(stop=6, failed=3))
        refused = {"state": ItemState.FAILED, "error_code": ErrorCode.UNREADABLE}
        some = update(ItemRow).where(ItemRow.position.in_((0, 2, 5)))
        session.execute(some.values(**refused))
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk)[:1])
    chunks = [chunk for chunk in read_chunks(database) if chunk.state != ChunkState.SPLIT]
    assert [(one.start, one.stop, one.done, one.failed) for one in chunks] == [
        (0, 3, 1, 2),
        (3, 6, 0, 1),
    ]
    work_all(database)
    assert close(database) == [job_id]
    assert (status(database, job_id).counts.done, status(database, job_id).counts.failed) == (3, 3)


def test_the_rest_of_a_cancelled_job_is_cancelled(database: Database) -> None:
    job_id = submit(database, items=2, chunk_items=2)
    chunks = [claim(database, chunk_id, f"t{chunk_id}") for chunk_id in hints(database)]
    with database.write() as session:
        assert cancel_job(session, job_id)
    for chunk in chunks:
        assert chunk is not None
        assert record(database, chunk, [])
    assert close(database) == [job_id]
    assert status(database, job_id).counts.cancelled == 2


def test_all_chunks_of_a_worker_are_released_without_a_crash(database: Database) -> None:
    job_id = submit(database, items=3, chunk_items=1)
    held = [
        claim(database, chunk_id, f"token-{chunk_id}", pool_child=pool_child)
        for chunk_id, pool_child in zip(
            hints(database), ("host:1:2", "host:1:3", "host:2:2"), strict=True
        )
    ]
    first = held[0]
    assert first is not None
    with database.write() as session:
        assert mark_current_item(session, first.id, first.token, first.items[0].id)
        assert release_chunks_of(session, "host:1") == 2
    chunks = read_chunks(database)
    assert [(one.state, one.attempts, one.current_item) for one in chunks] == [
        (ChunkState.WAITING, 0, None),
        (ChunkState.WAITING, 0, None),
        (ChunkState.LEASED, 1, None),
    ]
    assert not crash(database, first)
    assert len(hints(database)) == 2
    assert status(database, job_id).state is JobState.RUNNING


def test_a_chunk_released_during_a_cancellation_is_cancelled(database: Database) -> None:
    job_id = submit(database, items=1)
    claim_next(database)
    with database.write() as session:
        assert cancel_job(session, job_id)
        assert release_chunks_of(session, "host:1") == 1
    assert close(database) == [job_id]
    assert status(database, job_id).counts.cancelled == 1
