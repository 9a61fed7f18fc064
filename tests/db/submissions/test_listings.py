"""Which files of a folder are in a job, whatever dies: on both databases."""

from collections.abc import Sequence

import pytest

from db.engine import Database
from db.item_values import NewItem
from db.job_values import JobOptions, NewJob
from db.jobs.closing import read_jobs_to_close
from db.jobs.erasure import erase_abandoned_drafts, erase_job
from db.jobs.pausing import resume_job
from db.jobs.status import read_job
from db.states import JobState
from db.submissions.drafts import create_draft
from db.submissions.listings import (
    Listing,
    add_listing,
    claim_listing,
    finish_listing,
    pause_listing,
    postpone_listing,
    read_listed,
    record_page,
)
from db.submissions.quotas import QuotaExceeded

URI = "s3://photos/2026/"


def submit(database: Database, most_items: int = 0) -> int:
    with database.write() as session:
        job_id = create_draft(session, NewJob(options=JobOptions(folders_as="store")))
        add_listing(session, job_id, URI, {"campaign": "spring"}, most_items)
    return job_id


def claim(database: Database) -> Listing | None:
    with database.write() as session:
        return claim_listing(session)


def record(database: Database, listing: Listing, names: Sequence[str]) -> bool:
    items = [NewItem(name, f"s3://photos/{name}") for name in names]
    with database.write() as session:
        return record_page(session, listing, items, {"other": 1}, names[-1])


def show(database: Database, job_id: int) -> tuple[JobState, int, str | None]:
    with database.read() as session:
        job = read_job(session, job_id)
    assert job is not None
    return job.state, job.counts.items, job.listing


def test_a_page_is_added_once_and_the_job_starts_at_the_end(database: Database) -> None:
    job_id = submit(database)
    listing = claim(database)
    assert listing == Listing(
        job_id, URI, None, {"campaign": "spring"}, JobOptions(folders_as="store")
    )
    assert claim(database) is None
    assert record(database, listing, ["a", "b"])
    assert not record(database, listing, ["a", "b"])
    with database.write() as session:
        assert not finish_listing(session, listing, 32)
        assert postpone_listing(session, listing, 0.0) == 0
    assert show(database, job_id) == (JobState.DRAFT, 2, URI)
    last = Listing(job_id, URI, "b", {}, JobOptions())
    with database.write() as session:
        assert postpone_listing(session, last, -1.0) == 1
        assert postpone_listing(session, last, -1.0) == 2
    again = claim(database)
    assert again is not None
    assert again.after == "b"
    with database.write() as session:
        assert finish_listing(session, again, 32)
    assert show(database, job_id) == (JobState.QUEUED, 2, None)
    assert claim(database) is None


def test_a_paused_listing_is_not_closed_and_continues(database: Database) -> None:
    job_id = submit(database)
    listing = claim(database)
    assert listing is not None
    assert record(database, listing, ["a"])
    with database.write() as session:
        assert not pause_listing(session, listing, "stale")
        assert pause_listing(session, Listing(job_id, URI, "a", {}, JobOptions()), "gone")
    assert show(database, job_id) == (JobState.PAUSED, 1, URI)
    with database.write() as session:
        assert read_jobs_to_close(session) == []
        assert erase_abandoned_drafts(session, after_seconds=-1) == []
        assert resume_job(session, job_id)
    again = claim(database)
    assert again is not None
    assert again.after == "a"


def test_what_a_tenant_may_have_bounds_a_job(database: Database) -> None:
    job_id = submit(database, most_items=2)
    listing = claim(database)
    assert listing is not None
    with pytest.raises(QuotaExceeded):
        record(database, listing, ["a", "b", "c"])
    assert show(database, job_id) == (JobState.DRAFT, 0, URI)
    assert record(database, listing, ["a", "b"])


def test_an_erased_job_is_listed_no_longer(database: Database) -> None:
    job_id = submit(database)
    listing = claim(database)
    assert listing is not None
    with database.write() as session:
        erase_job(session, job_id)
    assert not record(database, listing, ["a"])
    with database.read() as session:
        assert read_listed(session, [job_id]) == {}
