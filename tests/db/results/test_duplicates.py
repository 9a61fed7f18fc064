"""Items with the same bytes count as the submitter chose, whoever records them and when."""

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from db.chunks.crashes import rescue_chunk
from db.clock import DatabaseTime
from db.engine import Database
from db.item_values import ClaimedChunk, ItemResult
from db.job_values import Duplicates
from db.jobs.erasure import erase_job, remove_erased
from db.jobs.retrying import retry_job
from db.results.duplicates import find_recorded
from db.states import ChunkState
from db.tables.chunks import ChunkRow
from db.tables.items import DigestRow
from tests.support.work.duplicates import FACES, count_cells, read, submit
from tests.support.work.jobs import (
    claim,
    claim_next,
    close,
    hints,
    record,
    results_of,
    status,
)

COUNT, ONCE = Duplicates.COUNT, Duplicates.ONCE


def analyze(chunk: ClaimedChunk, fail: Sequence[str] = ()) -> list[ItemResult]:
    return [
        replace(result, digest=result.item.name[0].encode() * 32)
        for result in results_of(chunk, FACES, fail)
    ]


def work_all(database: Database, fail: Sequence[str] = ()) -> None:
    for chunk_id in hints(database, resend_seconds=-1):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        assert record(database, chunk, analyze(chunk, fail))


def test_every_duplicate_counts_by_default(database: Database) -> None:
    job_id = submit(database, COUNT, ["a1", "a2", "b"], chunk_items=3)
    work_all(database)
    items = read(database, job_id)
    assert [len(item.faces) for item in items.values()] == [2, 2, 2]
    assert items["a2"].duplicate_of == items["a1"].id
    assert (items["a1"].duplicate_of, items["b"].duplicate_of) == (None, None)
    counts = status(database, job_id).counts
    assert (counts.done, counts.faces, counts.duplicates) == (3, 6, 1)
    assert count_cells(database) == 6


def test_duplicates_count_once_on_request(database: Database) -> None:
    job_id = submit(database, ONCE, ["a1", "a2", "b", "a3"])
    work_all(database)
    items = read(database, job_id)
    assert [len(item.faces) for item in items.values()] == [2, 0, 2, 0]
    assert [item.has_thumbnail for item in items.values()] == [True, False, True, False]
    assert [items[name].duplicate_of for name in ("a2", "a3")] == [items["a1"].id] * 2
    counts = status(database, job_id).counts
    assert (counts.done, counts.faces, counts.duplicates) == (4, 4, 2)
    assert count_cells(database) == 4
    with database.read() as session:
        assert session.scalar(select(func.sum(ChunkRow.without_faces))) == 0


def test_the_same_bytes_in_another_job_are_not_a_duplicate(database: Database) -> None:
    first, second = (submit(database, ONCE, ["a"]) for _ in range(2))
    work_all(database)
    for job_id in (first, second):
        assert status(database, job_id).counts.duplicates == 0


@pytest.mark.parametrize("wanted", Duplicates)
def test_concurrent_workers_agree_on_the_item_that_counts(
    database: Database, wanted: Duplicates
) -> None:
    names = [f"{letter}{number}" for number in range(4) for letter in "abcdefgh"]
    job_id = submit(database, wanted, names, chunk_items=8)
    chunks = [claim(database, chunk_id) for chunk_id in hints(database)]
    start = threading.Barrier(len(chunks))
    recorded: list[bool] = []

    def work(chunk: ClaimedChunk, turn: int) -> None:
        results = analyze(chunk)
        start.wait()
        # Each comes by the same bytes in another order.
        recorded.append(record(database, chunk, results[turn:] + results[:turn]))

    threads = [
        threading.Thread(target=work, args=(chunk, turn)) for turn, chunk in enumerate(chunks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert recorded == [True] * 4
    items = read(database, job_id).values()
    originals = {item.id: item.name[0] for item in items if item.duplicate_of is None}
    assert sorted(originals.values()) == list("abcdefgh")
    assert all(originals[item.duplicate_of] == item.name[0] for item in items if item.duplicate_of)
    faces = 64 if wanted in (COUNT, Duplicates.REPORT) else 16
    assert (status(database, job_id).counts.faces, count_cells(database)) == (faces, faces)


def test_no_item_is_a_duplicate_of_a_failed_one(database: Database) -> None:
    job_id = submit(database, ONCE, ["a1", "a2"], chunk_items=2)
    work_all(database, fail=["a1"])
    items = read(database, job_id)
    assert items["a1"].error is not None
    assert (items["a2"].duplicate_of, len(items["a2"].faces)) == (None, 2)
    close(database)
    with database.write() as session:
        assert retry_job(session, job_id) == 1
    work_all(database)
    assert read(database, job_id)["a1"].duplicate_of == items["a2"].id
    assert status(database, job_id).counts.duplicates == 1
    assert count_cells(database) == 2


def test_a_late_worker_enters_no_digest(database: Database) -> None:
    job_id = submit(database, ONCE, ["a1"])
    late = claim_next(database)
    with database.write() as session:
        assert rescue_chunk(session, late.id, late.token, seen=True)
    assert not record(database, late, analyze(late))
    with database.read() as session:
        assert session.scalars(select(DigestRow)).all() == []
    free_now(database)
    work_all(database)
    assert read(database, job_id)["a1"].duplicate_of is None


def free_now(database: Database) -> None:
    """Skip the pause after a crash."""
    with database.write() as session:
        session.query(ChunkRow).update({"not_before": DatabaseTime(-1)})


@pytest.mark.parametrize("wanted", Duplicates)
def test_sub_chunks_count_the_duplicates_of_their_chunk(
    database: Database, wanted: Duplicates
) -> None:
    names = ["a1", "a2", "x", "y", *"bcdefghijklm"]
    job_id = submit(database, wanted, names, chunk_items=4)
    work_all(database, fail=["x", "y"])
    close(database)
    before = status(database, job_id).counts
    with database.write() as session:
        retry_job(session, job_id)
    for _ in range(2):
        free_now(database)
        chunk = claim_next(database)
        with database.write() as session:
            assert rescue_chunk(session, chunk.id, chunk.token, seen=True)
    counts = status(database, job_id).counts
    assert (counts.done, counts.faces, counts.duplicates) == (14, before.faces, 1)
    with database.read() as session:
        counted = ChunkRow.state != ChunkState.SPLIT
        assert session.scalar(select(func.sum(ChunkRow.without_faces)).where(counted)) == 0


@pytest.mark.parametrize("wanted", Duplicates)
def test_a_released_rest_counts_its_own_duplicates(database: Database, wanted: Duplicates) -> None:
    job_id = submit(database, wanted, ["x", "y", "a1", "a2", *"bcdefghijklm"], chunk_items=4)
    work_all(database, fail=["x", "y"])
    close(database)
    with database.write() as session:
        retry_job(session, job_id)
    chunk = claim_next(database)
    assert [item.name for item in chunk.items] == ["x", "y"]
    assert record(database, chunk, analyze(chunk)[:1])
    with database.read() as session:
        inside = select(ChunkRow).where(ChunkRow.stop <= 4).order_by(ChunkRow.start)
        counts = [
            (row.start, row.done, row.duplicates, row.ended_before, row.without_faces)
            for row in session.scalars(inside)
        ]
    assert counts == [(0, 1, 0, 0, 0), (1, 2, 1, 2, 0)]
    assert status(database, job_id).counts.duplicates == 1


def test_a_recorded_picture_is_found_by_its_digest(database: Database) -> None:
    job_id = submit(database, ONCE, ["a1", "a2", "b"])
    work_all(database, fail=["b"])
    with database.read() as session:
        found = find_recorded(session, job_id, [b"a" * 32, b"b" * 32, b"c" * 32])
        assert find_recorded(session, job_id + 1, [b"a" * 32]) == {}
    assert found.keys() == {b"a" * 32}
    picture = found[b"a" * 32]
    assert (picture.width_pixels, picture.faces) == (640, FACES)
    assert picture.thumbnail is not None


def test_an_erased_job_leaves_no_digest(database: Database) -> None:
    job_id = submit(database, COUNT, ["a1", "a2", "b"])
    other = submit(database, COUNT, ["a"])
    work_all(database)
    with database.write() as session:
        erase_job(session, job_id)
        assert remove_erased(session, job_id)
        left = session.scalars(select(DigestRow.job_id)).all()
    assert left == [other]
