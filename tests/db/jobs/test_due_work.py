"""What a dispatcher is told that there is to do, on both databases."""

from sqlalchemy import update

from db.clock import DatabaseTime
from db.engine import Database
from db.jobs.closing import close_job
from db.jobs.due_work import Due, read_due_work
from db.jobs.erasure import erase_job
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow
from tests.support.work.jobs import claim_next, hints, submit, work_all


def due(database: Database) -> set[Due]:
    with database.read() as session:
        return set(read_due_work(session))


def test_an_idle_system_has_nothing_to_do(database: Database) -> None:
    assert due(database) == set()


def test_chunks_that_wait_or_are_leased_are_work(database: Database) -> None:
    submit(database, items=4, chunk_items=2)
    assert due(database) == {Due.WAITING}
    claim_next(database)
    assert due(database) == {Due.WAITING, Due.LEASED}


def test_leases_that_ran_out_are_work(database: Database) -> None:
    submit(database, items=1)
    claim_next(database)
    with database.write() as session:
        session.execute(update(ChunkRow).values(lease_until=DatabaseTime(-1)))
    assert due(database) == {Due.LEASED, Due.EXPIRED_LEASES}


def test_a_job_that_ended_is_closed_and_folded_and_then_there_is_nothing(
    database: Database,
) -> None:
    job_id = submit(database, items=1)
    hints(database)
    work_all(database)
    assert due(database) == {Due.ENDED_JOBS, Due.DELTAS}
    with database.write() as session:
        close_job(session, job_id)
    assert due(database) == {Due.DELTAS}


def test_an_expired_job_is_work_and_so_is_what_is_left_of_an_erased_one(
    database: Database,
) -> None:
    job_id = submit(database, items=1)
    with database.write() as session:
        session.execute(update(JobRow).values(expires_at=DatabaseTime(-1)))
    assert Due.ERASURES in due(database)
    with database.write() as session:
        erase_job(session, job_id)
    assert Due.ERASURES in due(database)
