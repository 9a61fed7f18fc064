"""A job is run again with the same items; the runs share their uploads until the last is erased."""

from datetime import UTC, datetime

import pytest

from db.counts.cube import fold_deltas
from db.engine import Database
from db.item_values import Failure, NewItem
from db.job_values import NewJob
from db.jobs.erasure import erase_job, finish_erasure, read_jobs_to_erase, remove_erased
from db.jobs.reruns import begin_rerun, read_items_again, read_runs, read_shared_folders
from db.states import ErrorCode
from db.submissions.drafts import accept_job, append_items, create_draft, finalize_job, keep_draft
from tests.support.work.jobs import status, submit

REJECTED = Failure(ErrorCode.TOO_LARGE, "The file has too many bytes.")
ITEMS = [
    NewItem("a.jpg", "store:one/1", datetime(2026, 5, 1, tzinfo=UTC), {"store": "Lyon"}),
    NewItem("b.jpg", "", error=REJECTED),
    NewItem("c.jpg", "store:two/1"),
    NewItem("d.jpg", "s3://photos/d.jpg"),
]


@pytest.fixture
def job_id(database: Database) -> int:
    """A job with two folders of uploads, and one with an annotated video."""
    with database.write() as session:
        folders = ("one", "two", "annotated")
        return accept_job(session, NewJob(("spring",), store_folders=folders), ITEMS, 2)


def run_again(database: Database, job_id: int) -> int:
    with database.write() as session:
        again = begin_rerun(session, job_id, NewJob())
        assert again is not None
        items = read_items_again(session, job_id, after=-1, limit=100)
        assert append_items(session, again, items)
        assert keep_draft(session, again, None)
        assert finalize_job(session, again, 2)
    return again


def erase(database: Database, job_id: int) -> list[str]:
    """Erase a job as the dispatcher does; the folders that are removed with it."""
    with database.write() as session:
        erase_job(session, job_id)
    with database.read() as session:
        [erased] = read_jobs_to_erase(session)
    with database.write() as session:
        assert remove_erased(session, job_id)
        fold_deltas(session)
        assert finish_erasure(session, job_id)
    return sorted(erased.store_folders)


def test_a_rerun_has_the_items_of_the_job_as_they_were_accepted(
    database: Database, job_id: int
) -> None:
    again = run_again(database, job_id)

    with database.read() as session:
        assert read_items_again(session, again, after=-1, limit=100) == ITEMS
        assert read_items_again(session, again, after=1, limit=1) == ITEMS[2:3]
    job = status(database, again)
    assert (job.rerun_of, job.tags, job.counts.items, job.counts.failed) == (job_id, (), 4, 1)


def test_every_rerun_belongs_to_the_first_job(database: Database, job_id: int) -> None:
    other = submit(database)
    second = run_again(database, job_id)
    third = run_again(database, second)

    assert status(database, third).rerun_of == job_id
    with database.read() as session:
        for run in (job_id, second, third):
            assert read_runs(session, run) == [job_id, second, third]
        assert read_runs(session, other) == [other]
    erase(database, job_id)
    with database.read() as session:
        assert read_runs(session, third) == [second, third]


@pytest.mark.parametrize("first_goes_first", [True, False])
def test_uploads_are_removed_with_the_last_run_that_needs_them(
    database: Database, job_id: int, first_goes_first: bool
) -> None:
    again = run_again(database, job_id)
    with database.read() as session:
        # The annotated video is the first job's own.
        assert read_shared_folders(session, job_id) == {"one", "two"}
    earlier, later = (job_id, again) if first_goes_first else (again, job_id)

    own = {job_id: ["annotated"], again: []}
    assert erase(database, earlier) == own[earlier]
    assert erase(database, later) == sorted(["one", "two", *own[later]])
    receipts = [status(database, run).erased for run in (earlier, later)]
    assert [receipt and receipt.uploads for receipt in receipts] == [0, 2]


def test_runs_that_are_erased_at_the_same_time_keep_nothing(
    database: Database, job_id: int
) -> None:
    again = run_again(database, job_id)
    with database.write() as session:
        erase_job(session, job_id)
        erase_job(session, again)
    with database.read() as session:
        folders = [set(erased.store_folders) for erased in read_jobs_to_erase(session)]

    assert folders == [{"one", "two", "annotated"}, {"one", "two"}]


def test_a_draft_and_an_erased_job_are_not_run_again(database: Database, job_id: int) -> None:
    with database.write() as session:
        draft = create_draft(session, NewJob())
        erase_job(session, job_id)
    with database.write() as session:
        for refused in (draft, job_id, 99):
            assert begin_rerun(session, refused, NewJob()) is None
