"""Pictures that look alike are reported, or count once, where a job asks for it."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from db.engine import Database
from db.item_values import ClaimedChunk, ItemResult
from db.job_values import Duplicates
from db.jobs.erasure import erase_job, remove_erased
from db.tables.items import LookRow
from tests.support.work.duplicates import FACES, count_cells, read, submit
from tests.support.work.jobs import (
    claim,
    close,
    hints,
    record,
    results_of,
    status,
)

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


def test_looks_are_compared_only_where_it_is_asked_for(database: Database) -> None:
    job_id = submit(database, Duplicates.ONCE, ["a1", "a2"])
    for chunk_id in hints(database, resend_seconds=-1):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        record(database, chunk, analyze_looks(chunk))
    assert status(database, job_id).counts.duplicates == 0
