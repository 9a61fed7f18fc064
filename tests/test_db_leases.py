"""A chunk is claimed by one worker at a time; what crashes it is found and left out."""

import pytest
from jobs_for_tests import (
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
from sqlalchemy import update

from db.clock import DatabaseTime
from db.engine import Database
from db.jobs import cancel_job
from db.leases import (
    Lease,
    crash_chunk,
    release_all_leases,
    renew_lease,
)
from db.results import ResultFilter, read_results
from db.states import ErrorCode, JobState
from db.tables import ChunkRow
from db.values import ClaimedChunk
from db.window import read_expired_leases


def crash(database: Database, chunk: ClaimedChunk) -> bool:
    with database.write() as session:
        crashed = crash_chunk(session, chunk.id, chunk.token)
        # What crashed rests for a moment; tests need not.
        session.execute(update(ChunkRow).values(not_before=DatabaseTime(-1)))
    return crashed


def test_a_hint_that_comes_twice_is_claimed_once(database: Database) -> None:
    submit(database)
    chunk_id = hints(database)[0]
    assert claim(database, chunk_id, "one") is not None
    assert claim(database, chunk_id, "two") is None


def test_a_hint_of_a_recorded_chunk_claims_nothing(database: Database) -> None:
    submit(database)
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk))
    assert claim(database, chunk.id) is None


def test_a_hint_of_no_chunk_claims_nothing(database: Database) -> None:
    assert claim(database, 12345) is None


def test_a_renewed_lease_does_not_expire(database: Database) -> None:
    submit(database)
    chunk = claim(database, hints(database)[0], lease_seconds=-1)
    assert chunk is not None
    with database.write() as session:
        assert read_expired_leases(session) == [(chunk.id, chunk.token)]
        assert renew_lease(session, chunk.id, chunk.token, 60) is Lease.HELD
        assert read_expired_leases(session) == []


def test_a_worker_learns_of_a_cancelled_job_when_it_renews(database: Database) -> None:
    job_id = submit(database)
    chunk = claim_next(database)
    with database.write() as session:
        assert cancel_job(session, job_id)
        assert renew_lease(session, chunk.id, chunk.token, 60) is Lease.CANCELLING


def test_a_late_worker_changes_nothing(database: Database) -> None:
    job_id = submit(database, items=1)
    late = claim_next(database, "late")
    assert crash(database, late)
    current = claim_next(database, "current")
    with database.write() as session:
        assert renew_lease(session, late.id, late.token, 60) is Lease.LOST
        assert not crash_chunk(session, late.id, late.token)
    assert not record(database, late, results_of(late, fail=["0.jpg"]))
    assert record(database, current, results_of(current))
    assert status(database, job_id).counts.done == 1


def test_after_a_hard_stop_every_lease_is_given_back(database: Database) -> None:
    job_id = submit(database, items=4, chunk_items=1)
    for chunk_id in hints(database):
        claim(database, chunk_id)
    with database.write() as session:
        release_all_leases(session)
    work_all(database)
    assert close(database) == [job_id]


@pytest.mark.parametrize("items", [1, 2, 7, 64])
def test_the_item_that_kills_workers_ends_up_alone(database: Database, items: int) -> None:
    job_id = submit(database, items=items, chunk_items=items)
    # One chunk, whatever the size of the job.
    with database.write() as session:
        session.execute(update(ChunkRow).where(ChunkRow.start > 0).values(state="split"))
        session.execute(update(ChunkRow).where(ChunkRow.start == 0).values(stop=items))
    poison, crashes = f"{items // 2}.jpg", 0
    while waiting := hints(database, resend_seconds=-1):
        chunk = claim(database, waiting[0])
        assert chunk is not None
        if poison in [item.name for item in chunk.items]:
            assert crash(database, chunk)
            crashes += 1
        else:
            assert record(database, chunk, results_of(chunk))
    assert close(database) == [job_id]
    job = status(database, job_id)
    assert job.state is (JobState.FAILED if items == 1 else JobState.COMPLETED_WITH_ERRORS)
    assert (job.counts.done, job.counts.failed) == (items - 1, 1)
    assert crashes <= 11
    with database.read() as session:
        items_read = read_results(session, job_id, ResultFilter(), after=-1, limit=100)
    errors = {item.name: item.error.code for item in items_read if item.error}
    assert errors == {poison: ErrorCode.WORKER_CRASHED}


def test_one_crash_is_forgiven(database: Database) -> None:
    job_id = submit(database, items=2, chunk_items=2)
    assert crash(database, claim_next(database))
    work_all(database)
    close(database)
    assert status(database, job_id).state is JobState.COMPLETED


def test_a_crash_while_the_job_is_cancelled_ends_the_chunk(database: Database) -> None:
    job_id = submit(database, items=1)
    chunk = claim_next(database)
    with database.write() as session:
        cancel_job(session, job_id)
    assert crash(database, chunk)
    assert close(database) == [job_id]
    assert status(database, job_id).counts.cancelled == 1


def test_a_crash_is_told_by_the_beginning_of_its_token(database: Database) -> None:
    submit(database)
    chunk = claim_next(database, "task:secret")
    with database.write() as session:
        assert not crash_chunk(session, chunk.id, "other:")
        assert crash_chunk(session, chunk.id, "task:")
