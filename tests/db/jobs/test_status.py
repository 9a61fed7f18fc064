"""A submission becomes a job, and is followed and cancelled."""

from dataclasses import fields
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete

from db.clock import DatabaseTime
from db.engine import Database
from db.item_values import Failure, NewItem
from db.job_values import JobCounts, NewJob
from db.jobs.cancelling import cancel_job
from db.jobs.retrying import retry_job
from db.jobs.status import read_job, read_jobs
from db.jobs.submissions import accept_job, append_items, create_draft
from db.results.filters import ResultFilter
from db.results.reading import read_results
from db.states import ChunkState, ErrorCode, ItemState, JobState
from db.tables import ChunkRow, ItemRow, JobRow
from tests.support.jobs import (
    claim,
    claim_next,
    close,
    hints,
    record,
    results_of,
    status,
    submit,
    work_all,
)


def counts(**given: int) -> JobCounts:
    none = dict.fromkeys((field.name for field in fields(JobCounts)), 0)
    return JobCounts(**{**none, **given})


def cancel(database: Database, job_id: int) -> bool:
    with database.write() as session:
        return cancel_job(session, job_id)


def test_a_new_job_waits_with_all_its_items(database: Database) -> None:
    job = status(database, submit(database, items=5))
    assert job.state is JobState.QUEUED
    assert job.counts == counts(items=5, waiting=5)
    assert job.created_at is not None
    assert job.queued_at is not None
    assert job.running_at is None


def test_a_job_that_does_not_exist_is_none(database: Database) -> None:
    with database.read() as session:
        assert read_job(session, 99) is None


def test_counts_add_up_while_a_job_goes_on(database: Database) -> None:
    job_id = submit(database, items=6, chunk_items=2)
    first = claim_next(database)
    assert status(database, job_id).counts == counts(items=6, waiting=4, running=2)
    assert record(database, first, results_of(first, fail=["0.jpg"]))
    assert status(database, job_id).counts == counts(items=6, waiting=4, done=1, failed=1)
    assert status(database, job_id).state is JobState.RUNNING


@pytest.mark.parametrize(
    ("fail", "state"),
    [
        pytest.param([], JobState.COMPLETED, id="none failed"),
        pytest.param(["0.jpg"], JobState.COMPLETED_WITH_ERRORS, id="some failed"),
        pytest.param(["0.jpg", "1.jpg"], JobState.FAILED, id="all failed"),
    ],
)
def test_a_job_ends_as_its_items_did(database: Database, fail: list[str], state: JobState) -> None:
    job_id = submit(database, items=2)
    work_all(database, fail=fail)
    assert close(database) == [job_id]
    job = status(database, job_id)
    assert job.state is state
    assert job.finished_at is not None
    assert job.eta_seconds is None
    assert close(database) == []


def test_items_refused_at_the_door_are_failed_and_never_claimed(database: Database) -> None:
    refusal = Failure(ErrorCode.FORBIDDEN_SOURCE, "Not from there.")
    items = [NewItem("a", "file:///a"), NewItem("b", "", error=refusal)]
    with database.write() as session:
        job_id = accept_job(session, NewJob(), items, 2)
    chunk = claim_next(database)
    assert [item.name for item in chunk.items] == ["a"]
    assert record(database, chunk, results_of(chunk))
    assert status(database, job_id).counts == counts(items=2, done=1, failed=1)


def test_a_job_whose_items_were_all_refused_is_failed_without_a_worker(database: Database) -> None:
    refusal = Failure(ErrorCode.UNSUPPORTED, "No.")
    with database.write() as session:
        job_id = accept_job(session, NewJob(), [NewItem("b", "", error=refusal)], 2)
    assert hints(database) == []
    assert close(database) == [job_id]
    assert status(database, job_id).state is JobState.FAILED


def test_cancelling_ends_what_waits_and_keeps_what_is_done(database: Database) -> None:
    job_id = submit(database, items=4, chunk_items=1)
    done = claim_next(database)
    assert record(database, done, results_of(done))
    assert cancel(database, job_id)
    assert close(database) == [job_id]
    job = status(database, job_id)
    assert job.state is JobState.CANCELLED
    assert job.counts == counts(items=4, done=1, cancelled=3)
    with database.read() as session:
        items = read_results(session, job_id, ResultFilter(), after=-1, limit=9)
    assert [item.state for item in items] == [ItemState.DONE, *[ItemState.CANCELLED] * 3]


def test_a_job_is_cancelling_until_its_running_chunk_ends(database: Database) -> None:
    job_id = submit(database, items=4, chunk_items=2)
    chunk = claim_next(database)
    assert cancel(database, job_id)
    assert close(database) == []
    assert status(database, job_id).state is JobState.CANCELLING
    assert record(database, chunk, results_of(chunk)[:1])
    assert close(database) == [job_id]
    assert status(database, job_id).counts == counts(items=4, done=1, cancelled=3)


def test_a_hint_of_a_cancelled_job_claims_nothing(database: Database) -> None:
    job_id = submit(database)
    [chunk_id, *_] = hints(database)
    assert cancel(database, job_id)
    assert claim(database, chunk_id) is None


def test_an_ended_job_cannot_be_cancelled(database: Database) -> None:
    job_id = submit(database)
    work_all(database)
    close(database)
    assert not cancel(database, job_id)
    assert status(database, job_id).state is JobState.COMPLETED


def test_jobs_are_listed_from_the_newest_a_page_at_a_time(database: Database) -> None:
    ids = [submit(database, items=1) for _ in range(3)]
    with database.read() as session:
        first = read_jobs(session, limit=2)
        rest = read_jobs(session, limit=2, before=first[-1].id)
        assert read_jobs(session, limit=9, state=JobState.FAILED) == []
    assert [job.id for job in first + rest] == ids[::-1]


def test_a_small_job_is_cut_finer_than_a_chunk_may_be(database: Database) -> None:
    submit(database, items=8, chunk_items=100)
    assert len(hints(database)) == 4


def age(database: Database, job_id: int, seconds: float, **chunk: object) -> None:
    """Let a job run since so long ago, and its chunks have ended as given."""
    with database.write() as session:
        session.query(JobRow).filter_by(id=job_id).update({"running_at": DatabaseTime(-seconds)})
        if chunk:
            ended = session.query(ChunkRow).filter_by(job_id=job_id, state=ChunkState.DONE)
            ended.update(chunk)


def test_the_rate_is_that_of_the_last_minute(database: Database) -> None:
    job_id = submit(database, items=8, chunk_items=2)
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk))
    age(database, job_id, 1000)
    job = status(database, job_id)
    assert job.items_per_second == 2 / 60
    assert job.eta_seconds == 6 * 60 / 2


def test_a_job_that_stands_still_for_a_minute_promises_no_end(database: Database) -> None:
    job_id = submit(database, items=8, chunk_items=2)
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk))
    age(database, job_id, 1000, finished_at=DatabaseTime(-61))
    job = status(database, job_id)
    assert (job.items_per_second, job.eta_seconds) == (None, None)


def test_a_retried_job_is_as_fast_as_since_its_retry(database: Database) -> None:
    job_id = submit(database, items=8, chunk_items=2)
    work_all(database, fail=["0.jpg", "4.jpg"])
    assert close(database) == [job_id]
    with database.write() as session:
        assert retry_job(session, job_id) == 2
    waiting = status(database, job_id)
    assert (waiting.items_per_second, waiting.eta_seconds) == (None, None)
    chunk = claim_next(database)
    # What ended before it was claimed again is no work of this run.
    assert status(database, job_id).items_per_second is None
    assert record(database, chunk, results_of(chunk))
    age(database, job_id, 1000)
    with database.write() as session:
        done_before = session.query(ChunkRow).filter_by(ended_before=0)
        done_before.update({"finished_at": DatabaseTime(-2000)})
    job = status(database, job_id)
    assert job.items_per_second == 1 / 60
    assert job.eta_seconds == 60


def test_a_job_that_ended_shows_the_rate_of_its_last_run(database: Database) -> None:
    job_id = submit(database, items=4, chunk_items=1)
    work_all(database)
    close(database)
    with database.write() as session:
        row = session.get_one(JobRow, job_id)
        row.running_at = datetime(2026, 1, 1, 0, 0, 0, tzinfo=UTC)
        row.finished_at = datetime(2026, 1, 1, 0, 0, 8, tzinfo=UTC)
    job = status(database, job_id)
    assert (job.items_per_second, job.eta_seconds) == (4 / 8, None)


def test_a_resumed_job_is_as_fast_as_since_it_was_resumed(database: Database) -> None:
    job_id = submit(database, items=8, chunk_items=2)
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk))
    age(database, job_id, 1000)
    with database.write() as session:
        session.get_one(JobRow, job_id).resumed_at = datetime.now(UTC)
    assert status(database, job_id).items_per_second is None


@pytest.mark.parametrize("items", [0, 3], ids=["empty", "with items"])
def test_a_cancelled_draft_ends_as_cancelled_with_all_its_items(
    database: Database, items: int
) -> None:
    refusal = Failure(ErrorCode.FORBIDDEN_SOURCE, "Not from there.")
    wanted = [NewItem(f"{number}", "file:///a") for number in range(items)]
    with database.write() as session:
        job_id = create_draft(session, NewJob())
        append_items(session, job_id, [*wanted, NewItem("refused", "", error=refusal)][: items + 1])
        if not items:
            session.get_one(JobRow, job_id).items = 0
            session.execute(delete(ItemRow))
    assert cancel(database, job_id)
    assert close(database) == [job_id]
    ended = status(database, job_id)
    assert ended.state is JobState.CANCELLED
    refused = min(items, 1)
    assert ended.counts == counts(items=items + refused, cancelled=items, failed=refused)
    with database.read() as session:
        lines = read_results(session, job_id, ResultFilter(), after=-1, limit=10)
    assert [line.state for line in lines] == [ItemState.CANCELLED] * items + [
        ItemState.FAILED
    ] * refused
