"""A job whose first items all fail alike is paused, and can be resumed, cancelled or erased."""

import pytest
from sqlalchemy import update

from db.engine import Database
from db.item_values import ClaimedChunk, Failure, ItemResult, NewItem
from db.job_values import NewJob
from db.jobs.cancelling import cancel_job
from db.jobs.erasure import erase_job
from db.jobs.pausing import pause_job, read_jobs_to_pause, resume_job
from db.jobs.retrying import retry_job
from db.states import ChunkState, ErrorCode, JobState
from db.submissions.drafts import accept_job
from db.tables.chunks import ChunkRow
from tests.support.work.jobs import (
    claim,
    claim_next,
    close,
    hints,
    record,
    results_of,
    status,
    submit,
)


def pause(database: Database, after: int = 4) -> list[int]:
    """Pause and close jobs as the dispatcher does."""
    with database.write() as session:
        failing = read_jobs_to_pause(session, after)
        return [job_id for job_id in failing if pause_job(session, job_id)]


def resume(database: Database, job_id: int) -> bool:
    with database.write() as session:
        return resume_job(session, job_id)


def fail(database: Database, chunk: ClaimedChunk, code: ErrorCode = ErrorCode.NOT_FOUND) -> None:
    error = Failure(code, "There is no file at this address. Check its path.")
    assert record(database, chunk, [ItemResult(item, error=error) for item in chunk.items])


def fail_next(database: Database, chunks: int) -> None:
    for _ in range(chunks):
        fail(database, claim_next(database))


@pytest.fixture
def paused(database: Database) -> int:
    """A job of four chunks, of which two have failed."""
    job_id = submit(database, items=8, chunk_items=2)
    fail_next(database, 2)
    assert pause(database) == [job_id]
    return job_id


def test_a_job_whose_first_items_all_failed_alike_is_paused(
    database: Database, paused: int
) -> None:
    job = status(database, paused)
    assert job.state is JobState.PAUSED
    assert job.paused is not None
    assert job.paused.at == job.paused_at
    assert job.paused.code is ErrorCode.NOT_FOUND
    assert "first 4 items all failed as not_found" in job.paused.message
    assert "There is no file at this address" in job.paused.message
    assert (job.items_per_second, job.eta_seconds) == (None, None)
    assert (job.counts.waiting, job.counts.failed) == (4, 4)


def test_chunks_of_a_paused_job_are_neither_sent_nor_claimed(database: Database) -> None:
    job_id = submit(database, items=8, chunk_items=2)
    chunk_ids = hints(database)
    fail_next(database, 2)
    assert pause(database) == [job_id]
    assert hints(database, resend_seconds=-1) == []
    assert [claim(database, chunk_id) for chunk_id in chunk_ids] == [None] * 4
    assert close(database) == []


def test_a_paused_job_does_not_delay_others(database: Database) -> None:
    submit(database, items=8, chunk_items=2)
    hints(database, window=4)
    fail_next(database, 2)
    pause(database)
    submit(database, items=4, chunk_items=1)
    assert len(hints(database, window=4)) == 4


def test_a_leased_chunk_of_a_paused_job_is_recorded_and_the_job_can_be_resumed(
    database: Database,
) -> None:
    job_id = submit(database, items=8, chunk_items=2)
    current_item = claim_next(database)
    fail_next(database, 2)
    pause(database)
    assert record(database, current_item, results_of(current_item))
    counts = status(database, job_id).counts
    assert (counts.waiting, counts.done, counts.failed) == (2, 2, 4)
    assert resume(database, job_id)
    assert not resume(database, job_id)
    assert status(database, job_id).paused is None
    fail_next(database, 1)
    assert close(database) == [job_id]


def test_a_resumed_job_is_sent_immediately_and_never_paused_again(database: Database) -> None:
    job_id = submit(database, items=12, chunk_items=2)
    hints(database)
    fail_next(database, 2)
    pause(database)
    assert resume(database, job_id)
    assert len(hints(database, resend_seconds=30)) == 4
    fail_next(database, 3)
    assert pause(database) == []
    assert status(database, job_id).state is JobState.RUNNING


def test_a_job_whose_last_chunks_end_while_it_is_paused_is_closed(
    database: Database, paused: int
) -> None:
    # They were claimed in the moment of the pause, and have failed, too.
    with database.write() as session:
        waiting = update(ChunkRow).where(ChunkRow.state == ChunkState.WAITING)
        session.execute(waiting.values(state=ChunkState.DONE, failed=2))
    assert close(database) == [paused]
    job = status(database, paused)
    assert (job.state, job.paused) == (JobState.FAILED, None)
    assert job.finished_at is not None


@pytest.mark.parametrize("after", [0, 5], ids=["never", "too few failures"])
def test_a_job_with_few_failures_is_not_paused(database: Database, after: int) -> None:
    submit(database, items=8, chunk_items=2)
    fail_next(database, 2)
    assert pause(database, after) == []


def test_different_failures_do_not_pause_a_job(database: Database) -> None:
    submit(database, items=8, chunk_items=2)
    fail_next(database, 1)
    fail(database, claim_next(database), ErrorCode.FORBIDDEN_SOURCE)
    assert pause(database) == []


def test_a_job_with_one_done_item_is_not_paused(database: Database) -> None:
    submit(database, items=8, chunk_items=2)
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk, fail=["0.jpg"]))
    fail_next(database, 2)
    assert pause(database, 2) == []


def test_items_refused_at_the_door_do_not_pause_a_job(database: Database) -> None:
    refusal = Failure(ErrorCode.NOT_FOUND, "No.")
    items = [NewItem(f"{number}", "", error=refusal) for number in range(6)]
    items += [NewItem(f"{number}", f"file:///{number}") for number in range(6)]
    with database.write() as session:
        job_id = accept_job(session, NewJob(), items, 1)
    fail_next(database, 3)
    assert pause(database, 4) == []
    fail_next(database, 1)
    assert pause(database, 4) == [job_id]
    assert "first 4 items" in status(database, job_id).paused.message


def test_a_job_with_nothing_left_to_save_is_not_paused(database: Database) -> None:
    job_id = submit(database, items=8, chunk_items=2)
    fail_next(database, 4)
    assert pause(database) == []
    assert close(database) == [job_id]


def test_a_paused_job_can_be_cancelled(database: Database, paused: int) -> None:
    with database.write() as session:
        assert cancel_job(session, paused)
    assert close(database) == [paused]
    job = status(database, paused)
    assert job.state is JobState.CANCELLED
    assert job.paused is None
    assert (job.counts.failed, job.counts.cancelled) == (4, 4)


def test_a_paused_job_can_be_erased_but_not_retried(database: Database, paused: int) -> None:
    with database.write() as session:
        assert retry_job(session, paused) == 0
        assert erase_job(session, paused)
    assert status(database, paused).state is JobState.CANCELLED
