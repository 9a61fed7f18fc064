"""What a tenant has is counted as it is, on both databases."""

import pytest
from sqlalchemy import update

from db.clock import DatabaseTime
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.jobs.cancelling import cancel_job
from db.submissions.drafts import append_items, create_draft
from db.submissions.quotas import (
    DAY_SECONDS,
    QuotaExceeded,
    Quotas,
    add_uploaded_bytes,
    require_item_room,
    require_job_room,
)
from db.tables.jobs import JobRow
from tests.support.work.jobs import close


def make_job(database: Database, tenant: str = "acme", rerun_of: int | None = None) -> int:
    with database.write() as session:
        return create_draft(session, NewJob(tenant=tenant, rerun_of=rerun_of))


def test_only_jobs_of_the_tenant_that_are_not_over_count(database: Database) -> None:
    first = make_job(database)
    make_job(database, "bolt")
    with database.write() as session:
        require_job_room(session, "acme", Quotas(live_jobs=2))
        require_job_room(session, "acme", Quotas())
        with pytest.raises(QuotaExceeded, match="1 jobs are not over"):
            require_job_room(session, "acme", Quotas(live_jobs=1))
        cancel_job(session, first)
    close(database)
    with database.write() as session:
        require_job_room(session, "acme", Quotas(live_jobs=1))


def test_the_items_of_a_job_count_together(database: Database) -> None:
    job_id = make_job(database)
    with database.write() as session:
        append_items(session, job_id, [NewItem("a", "file:///a")] * 3)
        require_item_room(session, job_id, Quotas(job_items=3))
        with pytest.raises(QuotaExceeded, match="more than 2 items"):
            require_item_room(session, job_id, Quotas(job_items=2))


def test_uploads_count_once_until_the_last_of_their_runs_is_erased(database: Database) -> None:
    first = make_job(database)
    again = make_job(database, rerun_of=first)
    other = make_job(database, "bolt")
    most = Quotas(stored_bytes=100)
    with database.write() as session:
        add_uploaded_bytes(session, other, 1000, None)
        add_uploaded_bytes(session, first, 60, most)
        add_uploaded_bytes(session, again, 60, most)
        with pytest.raises(QuotaExceeded, match="Erase") as refused:
            add_uploaded_bytes(session, first, 41, most)
        assert not refused.value.passes
    with database.write() as session:
        erased = update(JobRow).where(JobRow.id == first).values(erased_at=DatabaseTime())
        session.execute(erased)
        third = create_draft(session, NewJob(tenant="acme"))
        with pytest.raises(QuotaExceeded):
            add_uploaded_bytes(session, third, 41, most)
    with database.write() as session:
        session.execute(update(JobRow).values(erased_at=DatabaseTime()))
        add_uploaded_bytes(session, create_draft(session, NewJob(tenant="acme")), 100, most)


def test_uploads_of_the_last_day_count_even_if_they_were_erased(database: Database) -> None:
    job_id = make_job(database)
    most = Quotas(daily_bytes=100)
    with database.write() as session:
        add_uploaded_bytes(session, job_id, 100, most)
        session.execute(update(JobRow).values(erased_at=DatabaseTime()))
    with database.write() as session:
        with pytest.raises(QuotaExceeded) as refused:
            add_uploaded_bytes(session, job_id, 1, most)
        assert refused.value.passes
        session.execute(update(JobRow).values(created_at=DatabaseTime(-DAY_SECONDS - 1)))
        add_uploaded_bytes(session, job_id, 1, most)
