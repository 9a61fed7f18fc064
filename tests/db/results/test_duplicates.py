"""Items with the same bytes count as the submitter chose, whoever records them and when."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from db.chunks.crashes import rescue_chunk
from db.clock import DatabaseTime
from db.engine import Database
from db.item_values import ClaimedChunk, ItemResult, NewItem, StoredItem
from db.job_values import Duplicates, JobOptions, NewJob
from db.jobs.erasure import erase_job, remove_erased
from db.jobs.retrying import retry_job
from db.jobs.submissions import accept_job
from db.results.duplicates import find_recorded
from db.results.filters import ResultFilter
from db.results.reading import read_results
from db.states import ChunkState
from db.tables.audience import CellRow
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.items import DigestRow, LookRow
from tests.support.work.jobs import (
    claim,
    claim_next,
    close,
    hints,
    make_face,
    record,
    results_of,
    status,
)

FACES = (make_face(years=30), make_face(years=50))
COUNT, ONCE = Duplicates.COUNT, Duplicates.ONCE


def submit(
    database: Database, wanted: Duplicates, names: Sequence[str], chunk_items: int = 1
) -> int:
    """A job of items whose bytes follow from the first letter of their names."""
    job = NewJob(options=JobOptions(duplicates=wanted))
    items = [NewItem(name, f"file:///{name}") for name in names]
    with database.write() as session:
        return accept_job(session, job, items, chunk_items)


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


def read(database: Database, job_id: int) -> dict[str, StoredItem]:
    with database.read() as session:
        items = read_results(session, job_id, ResultFilter(), after=-1, limit=100)
    return {item.name: item for item in items}


def count_cells(database: Database) -> int:
    with database.read() as session:
        cells = session.execute(select(func.coalesce(func.sum(CellRow.faces), 0))).scalar_one()
        faces = select(FaceRow.age, FaceRow.gender)
        recounted = Counter((age, gender) for age, gender in session.execute(faces))
        rows = session.execute(select(CellRow.age, CellRow.gender, CellRow.faces))
        assert {(age, gender): count for age, gender, count in rows} == recounted
    return cells


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


LOOKS = {
    "a": bytes(32),
    "b": b"\xff" * 32,
    "c": b"\x03" + bytes(31),
    "d": b"\xff\xff\xff" + bytes(29),
}


def analyze_looks(chunk: ClaimedChunk) -> list[ItemResult]:
    """Items with bytes of their own, that look as the first letters of their names say."""
    return [
        replace(result, digest=result.item.name.encode().ljust(32), look=LOOKS[result.item.name[0]])
        for result in results_of(chunk, FACES)
    ]


@pytest.mark.parametrize("chunk_items", [1, 8])
def test_pictures_that_look_alike_count_once(database: Database, chunk_items: int) -> None:
    job_id = submit(database, Duplicates.SIMILAR, ["a1", "b1", "c1", "a2", "d1"], chunk_items)
    for chunk_id in hints(database, resend_seconds=-1):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        record(database, chunk, analyze_looks(chunk))
    close(database)
    items = read(database, job_id)
    first = items["a1"].id
    assert {name: item.duplicate_of for name, item in items.items()} == {
        "a1": None,
        "b1": None,
        "c1": first,
        "a2": first,
        "d1": None,
    }
    assert {name for name, item in items.items() if item.faces} == {"a1", "b1", "d1"}
    counts = status(database, job_id).counts
    assert (counts.done, counts.duplicates, counts.faces) == (5, 2, 6)
    with database.write() as session:
        erase_job(session, job_id)
        remove_erased(session, job_id)
        assert session.scalar(select(func.count()).select_from(LookRow)) == 0


def test_pictures_that_look_alike_are_reported_and_each_counts(database: Database) -> None:
    job_id = submit(database, Duplicates.REPORT, ["a1", "b1", "c1", "a2"], 2)
    for chunk_id in hints(database, resend_seconds=-1):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        record(database, chunk, analyze_looks(chunk))
    items = read(database, job_id)
    first = items["a1"].id
    named = {name: item.duplicate_of for name, item in items.items()}
    assert named == {"a1": None, "b1": None, "c1": first, "a2": first}
    assert all(len(item.faces) == 2 for item in items.values())
    counts = status(database, job_id).counts
    assert (counts.done, counts.duplicates, counts.faces) == (4, 2, 8)
    assert count_cells(database) == 8


def test_only_where_it_is_asked_for(database: Database) -> None:
    job_id = submit(database, ONCE, ["a1", "a2"])
    for chunk_id in hints(database, resend_seconds=-1):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        record(database, chunk, analyze_looks(chunk))
    assert status(database, job_id).counts.duplicates == 0
