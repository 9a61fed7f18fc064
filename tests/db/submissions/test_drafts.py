"""A submission becomes a job with items, cut into chunks."""

from db.engine import Database
from db.item_values import Failure, NewItem
from db.job_values import NewJob
from db.states import ErrorCode, JobState
from db.submissions.drafts import accept_job
from tests.support.work.jobs import (
    claim_next,
    close,
    hints,
    make_counts,
    record,
    results_of,
    status,
    submit,
)


def test_a_new_job_waits_with_all_its_items(database: Database) -> None:
    job = status(database, submit(database, items=5))
    assert job.state is JobState.QUEUED
    assert job.counts == make_counts(items=5, waiting=5)
    assert job.created_at is not None
    assert job.queued_at is not None
    assert job.running_at is None


def test_items_refused_at_the_door_are_failed_and_never_claimed(database: Database) -> None:
    refusal = Failure(ErrorCode.FORBIDDEN_SOURCE, "Not from there.")
    items = [NewItem("a", "file:///a"), NewItem("b", "", error=refusal)]
    with database.write() as session:
        job_id = accept_job(session, NewJob(), items, 2)
    chunk = claim_next(database)
    assert [item.name for item in chunk.items] == ["a"]
    assert record(database, chunk, results_of(chunk))
    assert status(database, job_id).counts == make_counts(items=2, done=1, failed=1)


def test_a_job_whose_items_were_all_refused_is_failed_without_a_worker(database: Database) -> None:
    refusal = Failure(ErrorCode.UNSUPPORTED, "No.")
    with database.write() as session:
        job_id = accept_job(session, NewJob(), [NewItem("b", "", error=refusal)], 2)
    assert hints(database) == []
    assert close(database) == [job_id]
    assert status(database, job_id).state is JobState.FAILED


def test_a_small_job_is_cut_into_smaller_chunks_than_allowed(database: Database) -> None:
    submit(database, items=8, chunk_items=100)
    assert len(hints(database)) == 4
