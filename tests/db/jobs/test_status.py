"""The state, counts and rate of a job."""

from datetime import UTC, datetime

import pytest

from db.clock import DatabaseTime
from db.engine import Database
from db.jobs.retrying import retry_job
from db.jobs.status import read_job, read_jobs
from db.reach import EVERYONE
from db.states import ChunkState, JobState
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow
from tests.support.work.jobs import (
    claim_next,
    close,
    make_counts,
    record,
    results_of,
    status,
    submit,
    work_all,
)


def test_a_job_that_does_not_exist_is_none(database: Database) -> None:
    with database.read() as session:
        assert read_job(session, 99) is None


def test_the_counts_of_a_running_job_add_up(database: Database) -> None:
    job_id = submit(database, items=6, chunk_items=2)
    first = claim_next(database)
    assert status(database, job_id).counts == make_counts(items=6, waiting=4, running=2)
    assert record(database, first, results_of(first, fail=["0.jpg"]))
    assert status(database, job_id).counts == make_counts(items=6, waiting=4, done=1, failed=1)
    assert status(database, job_id).state is JobState.RUNNING


@pytest.mark.parametrize(
    ("fail", "state"),
    [
        pytest.param([], JobState.COMPLETED, id="none failed"),
        pytest.param(["0.jpg"], JobState.COMPLETED_WITH_ERRORS, id="some failed"),
        pytest.param(["0.jpg", "1.jpg"], JobState.FAILED, id="all failed"),
    ],
)
def test_the_final_state_of_a_job_follows_from_its_items(
    database: Database, fail: list[str], state: JobState
) -> None:
    job_id = submit(database, items=2)
    work_all(database, fail=fail)
    assert close(database) == [job_id]
    job = status(database, job_id)
    assert job.state is state
    assert job.finished_at is not None
    assert job.eta_seconds is None
    assert close(database) == []


def test_jobs_are_listed_from_the_newest_a_page_at_a_time(database: Database) -> None:
    ids = [submit(database, items=1) for _ in range(3)]
    with database.read() as session:
        first = read_jobs(session, EVERYONE, limit=2)
        rest = read_jobs(session, EVERYONE, limit=2, before=first[-1].id)
        assert read_jobs(session, EVERYONE, limit=9, state=JobState.FAILED) == []
    assert [job.id for job in first + rest] == ids[::-1]


def age(database: Database, job_id: int, seconds: float, **chunk: object) -> None:
    """Start a job that long ago, and end its chunks as given."""
    with database.write() as session:
        session.query(JobRow).filter_by(id=job_id).update({"running_at": DatabaseTime(-seconds)})
        if chunk:
            ended = session.query(ChunkRow).filter_by(job_id=job_id, state=ChunkState.DONE)
            ended.update(chunk)


def test_the_rate_of_a_live_job_is_that_of_the_last_minute(database: Database) -> None:
    job_id = submit(database, items=8, chunk_items=2)
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk))
    age(database, job_id, 1000)
    job = status(database, job_id)
    assert job.items_per_second == 2 / 60
    assert job.eta_seconds == 6 * 60 / 2


def test_a_job_without_progress_for_a_minute_has_no_eta(database: Database) -> None:
    job_id = submit(database, items=8, chunk_items=2)
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk))
    age(database, job_id, 1000, finished_at=DatabaseTime(-61))
    job = status(database, job_id)
    assert (job.items_per_second, job.eta_seconds) == (None, None)


def test_the_rate_of_a_retried_job_starts_at_its_retry(database: Database) -> None:
    job_id = submit(database, items=8, chunk_items=2)
    work_all(database, fail=["0.jpg", "4.jpg"])
    assert close(database) == [job_id]
    with database.write() as session:
        assert retry_job(session, job_id) == 2
    waiting = status(database, job_id)
    assert (waiting.items_per_second, waiting.eta_seconds) == (None, None)
    chunk = claim_next(database)
    # What ended before it was claimed again is not part of this run.
    assert status(database, job_id).items_per_second is None
    assert record(database, chunk, results_of(chunk))
    age(database, job_id, 1000)
    with database.write() as session:
        done_before = session.query(ChunkRow).filter_by(ended_before=0)
        done_before.update({"finished_at": DatabaseTime(-2000)})
    job = status(database, job_id)
    assert job.items_per_second == 1 / 60
    assert job.eta_seconds == 60


def test_the_rate_of_an_ended_job_is_that_of_its_last_run(database: Database) -> None:
    job_id = submit(database, items=4, chunk_items=1)
    work_all(database)
    close(database)
    with database.write() as session:
        row = session.get_one(JobRow, job_id)
        row.running_at = datetime(2026, 1, 1, 0, 0, 0, tzinfo=UTC)
        row.finished_at = datetime(2026, 1, 1, 0, 0, 8, tzinfo=UTC)
    job = status(database, job_id)
    assert (job.items_per_second, job.eta_seconds) == (4 / 8, None)


def test_the_rate_of_a_resumed_job_starts_when_it_was_resumed(database: Database) -> None:
    job_id = submit(database, items=8, chunk_items=2)
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk))
    age(database, job_id, 1000)
    with database.write() as session:
        session.get_one(JobRow, job_id).resumed_at = datetime.now(UTC)
    assert status(database, job_id).items_per_second is None
