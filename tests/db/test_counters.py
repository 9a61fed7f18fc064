"""Counters never fall, count what was committed, and agree with the items that they count."""

import os
from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from db.counters import Counter, Counts, Histogram, add_counts, count, read_counts
from db.engine import Database
from db.jobs.erasure import erase_job, remove_erased
from db.jobs.retrying import retry_job
from db.states import ErrorCode, ItemState, JobState
from db.tables.items import ItemRow
from db.workload import Workload, read_workload
from tests.support.work.jobs import (
    cancel,
    claim,
    claim_next,
    close,
    crash,
    hints,
    make_face,
    record,
    results_of,
    submit,
    work_all,
)


def look(database: Database) -> Workload:
    with database.read() as session:
        return read_workload(session)


def count_waiting(database: Database) -> int:
    with database.read() as session:
        waiting = select(func.count()).where(ItemRow.state == ItemState.WAITING)
        return session.execute(waiting).scalar_one()


def test_what_is_rolled_back_is_not_counted(database: Database) -> None:
    with database.write() as session:
        count(session, Counter.FACES, amount=3)
    with suppress(ZeroDivisionError), database.write() as session:
        count(session, Counter.FACES, amount=4)
        raise ZeroDivisionError
    assert look(database).count(Counter.FACES) == 3


def test_processes_that_count_in_different_rows_are_added_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for process in (1, 2, 18):
        monkeypatch.setattr(os, "getpid", lambda process=process: process)
        with database.write() as session:
            count(session, Counter.ITEM_ERRORS, ErrorCode.TIMEOUT, amount=process)
    assert look(database).count(Counter.ITEM_ERRORS, "timeout") == 21


def test_durations_are_counted_in_buckets_with_their_sum(database: Database) -> None:
    counts = Counts()
    for seconds in (0.001, 0.005, 0.03, 1000.0):
        counts.observe(Histogram.STAGE_SECONDS, seconds, "fetch")
    with database.write() as session:
        add_counts(session, counts.take())
    assert counts.take() == {}
    with database.read() as session:
        found = read_counts(session)[Histogram.STAGE_SECONDS]
    assert found.pop(("fetch", "sum")) == pytest.approx(1000.036)
    assert found == {("fetch", "0"): 2, ("fetch", "2"): 1, ("fetch", "10"): 1}


def walk(database: Database) -> Iterator[str]:
    """What may happen to items, one thing after the other."""
    first = submit(database, items=6, chunk_items=2)
    yield "submitted"
    chunk = claim_next(database)
    record(database, chunk, results_of(chunk, [make_face()], fail=["0.jpg"]))
    yield "recorded"
    chunk = claim_next(database)
    record(database, chunk, results_of(chunk)[:1])
    yield "recorded in part"
    for _ in range(4):
        chunk = claim(database, hints(database, resend_seconds=-1)[0])
        if chunk is not None:
            crash(database, chunk)
    yield "crashed"
    work_all(database)
    close(database)
    yield "closed"
    with database.write() as session:
        assert retry_job(session, first) > 0
    yield "retried"
    work_all(database)
    close(database)
    cancelled = submit(database, items=4)
    claim_next(database)
    cancel(database, cancelled)
    yield "cancelled"
    erased = submit(database, items=4)
    with database.write() as session:
        erase_job(session, cancelled)
        erase_job(session, erased)
        for job_id in (cancelled, erased):
            assert remove_erased(session, job_id)
    yield "erased"


def test_counters_agree_with_the_items_at_every_step_and_never_fall(database: Database) -> None:
    before: dict[tuple[str, tuple[str, ...]], float] = {}
    for step in walk(database):
        now = look(database)
        # What a worker still has of a cancelled job is not known to have ended.
        if step != "cancelled":
            assert now.items_left == count_waiting(database), step
        flat = {(name, key): value for name, by in now.counts.items() for key, value in by.items()}
        assert all(flat[key] >= value for key, value in before.items()), step
        before = flat
    assert now.count(Counter.JOBS_SUBMITTED) == 3
    assert now.count(Counter.JOBS_ENDED, JobState.CANCELLED) == 2
    assert now.count(Counter.FACES) == 1
    assert now.count(Counter.ITEM_ERRORS, ErrorCode.UNREADABLE) == 1
    assert now.count(Counter.CHUNK_CRASHES, "seen") > 0


def test_the_oldest_waiting_chunk_is_that_of_a_job_that_is_not_paused(database: Database) -> None:
    assert look(database).oldest_seconds == 0
    submit(database)
    assert 0 <= look(database).oldest_seconds < 600
