"""A chunk is leased by one worker at a time, and late workers change nothing."""

from db.chunks.crashes import rescue_chunk
from db.chunks.leases import (
    LeaseStatus,
    read_expired_leases,
    renew_lease,
)
from db.chunks.release import release_all_chunks
from db.engine import Database
from db.jobs.cancelling import cancel_job
from tests.support.work.jobs import (
    claim,
    claim_next,
    close,
    crash,
    hints,
    record,
    results_of,
    status,
    submit,
    work_all,
)


def test_a_duplicate_hint_is_claimed_once(database: Database) -> None:
    submit(database)
    chunk_id = hints(database)[0]
    assert claim(database, chunk_id, "one") is not None
    assert claim(database, chunk_id, "two") is None


def test_a_hint_of_a_recorded_chunk_claims_nothing(database: Database) -> None:
    submit(database)
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk))
    assert claim(database, chunk.id) is None


def test_a_hint_of_an_unknown_chunk_claims_nothing(database: Database) -> None:
    assert claim(database, 12345) is None


def test_a_renewed_lease_does_not_expire(database: Database) -> None:
    submit(database)
    chunk = claim(database, hints(database)[0], lease_seconds=-1)
    assert chunk is not None
    with database.write() as session:
        assert read_expired_leases(session) == [(chunk.id, chunk.token)]
        assert renew_lease(session, chunk.id, chunk.token, 60) is LeaseStatus.RENEWED
        assert read_expired_leases(session) == []


def test_a_renewal_reports_a_cancellation(database: Database) -> None:
    job_id = submit(database)
    chunk = claim_next(database)
    with database.write() as session:
        assert cancel_job(session, job_id)
        assert renew_lease(session, chunk.id, chunk.token, 60) is LeaseStatus.CANCELLING


def test_a_late_worker_changes_nothing(database: Database) -> None:
    job_id = submit(database, items=1)
    late = claim_next(database, "late")
    assert crash(database, late)
    current = claim_next(database, "current")
    with database.write() as session:
        assert renew_lease(session, late.id, late.token, 60) is LeaseStatus.LOST
        assert not rescue_chunk(session, late.id, late.token, seen=True)
    assert not record(database, late, results_of(late, fail=["0.jpg"]))
    assert record(database, current, results_of(current))
    assert status(database, job_id).counts.done == 1


def test_every_lease_is_released_after_a_hard_stop(database: Database) -> None:
    job_id = submit(database, items=4, chunk_items=1)
    for chunk_id in hints(database):
        claim(database, chunk_id)
    with database.write() as session:
        release_all_chunks(session)
    work_all(database)
    assert close(database) == [job_id]
