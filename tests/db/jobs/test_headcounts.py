"""Headcounts: a job a day, which one process at a time adds to, and each write once."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.counts.live_counts import LiveCounts
from db.engine import Database
from db.job_values import NewJob
from db.jobs.cancelling import cancel_job
from db.jobs.erasure import erase_job
from db.jobs.headcounts import (
    NewHeadcount,
    Write,
    Written,
    claim_headcount,
    read_headcounts,
    start_headcount,
    stop_headcount,
    write_headcount,
)
from db.reach import EVERYONE, Reach
from db.states import JobState
from db.tables.audience import CellRow
from db.tables.headcounts import HeadcountRow
from db.tables.jobs import JobRow
from tests.db.counts.test_live_counts import PARIS, START, WOMAN
from tests.support.work.jobs import close, status

DOOR = NewHeadcount("acme/door", "acme", ("spring",), (("store", "Lyon"),))
DAY, NEXT_DAY = "2026-11-28", "2026-11-29"


def make_job(_: Session) -> NewJob:
    return NewJob(tags=DOOR.tags, tenant=DOOR.tenant, headcount=DOOR.source)


def begin(database: Database, token: str = "one") -> None:
    with database.write() as session:
        assert start_headcount(session, DOOR)
        assert claim_headcount(session, DOOR.source, token) == 0


def write(
    database: Database, number: int, day: str = DAY, token: str = "one", *, is_last: bool = False
) -> Written:
    """One face more."""
    counts = LiveCounts("", PARIS)
    counts.add_frame([WOMAN], START)
    with database.write() as session:
        found = Write(number, day, counts.take(), is_last)
        return write_headcount(session, DOOR.source, token, found, make_job)


def count_faces(database: Database) -> dict[int, int]:
    """By job."""
    query = select(CellRow.job_id, func.sum(CellRow.faces)).group_by(CellRow.job_id)
    with database.read() as session:
        return {job_id: int(faces) for job_id, faces in session.execute(query)}


def expire_lease(database: Database) -> None:
    with database.write() as session:
        session.execute(update(HeadcountRow).values(leased_until=DatabaseTime(-1)))


def test_a_write_that_is_repeated_counts_once(database: Database) -> None:
    begin(database)
    assert write(database, 1) is Written.DONE
    assert write(database, 1) is Written.DONE
    assert write(database, 2) is Written.DONE
    assert count_faces(database) == {1: 2}


def test_each_day_has_a_job_and_the_last_one_is_closed(database: Database) -> None:
    begin(database)
    write(database, 1)
    assert close(database) == []
    write(database, 2, NEXT_DAY)
    assert close(database) == [1]
    assert status(database, 1).state is JobState.COMPLETED
    assert status(database, 2).state is JobState.RUNNING
    assert (status(database, 2).headcount, status(database, 2).tags) == ("acme/door", ("spring",))
    assert count_faces(database) == {1: 1, 2: 1}


def test_only_the_process_with_the_lease_counts(database: Database) -> None:
    begin(database)
    with database.write() as session:
        assert claim_headcount(session, DOOR.source, "two") is None
    write(database, 1)
    expire_lease(database)
    with database.write() as session:
        assert claim_headcount(session, DOOR.source, "two") == 1
    assert write(database, 2) is Written.LOST
    assert write(database, 2, token="two") is Written.DONE
    assert count_faces(database) == {1: 2}


def test_who_is_there_when_it_is_stopped_is_counted_still(database: Database) -> None:
    begin(database)
    write(database, 1)
    with database.write() as session:
        assert stop_headcount(session, DOOR.source)
    assert write(database, 2) is Written.STOPPING
    assert write(database, 3, is_last=True) is Written.ENDED
    assert write(database, 4) is Written.ENDED
    assert count_faces(database) == {1: 3}
    assert close(database) == [1]


def test_what_nobody_counts_is_stopped_at_once(database: Database) -> None:
    begin(database)
    expire_lease(database)
    with database.write() as session:
        assert stop_headcount(session, DOOR.source)
        assert not stop_headcount(session, DOOR.source)
        assert read_headcounts(session, EVERYONE) == []


def test_a_headcount_ends_with_its_job_being_cancelled(database: Database) -> None:
    begin(database)
    write(database, 1)
    with database.write() as session:
        assert cancel_job(session, 1)
    assert write(database, 2) is Written.ENDED
    assert close(database) == [1]
    assert status(database, 1).state is JobState.CANCELLED
    assert count_faces(database) == {1: 1}


def test_after_an_erasure_it_continues_in_a_job_of_its_own(database: Database) -> None:
    begin(database)
    write(database, 1)
    with database.write() as session:
        assert erase_job(session, 1)
    assert write(database, 2) is Written.DONE
    assert count_faces(database) == {2: 1}


def test_headcounts_are_those_of_a_tenant(database: Database) -> None:
    begin(database)
    with database.read() as session:
        [found] = read_headcounts(session, Reach("acme"))
        assert (found.asked, found.is_counting, found.has_begun) == (DOOR, True, False)
        assert read_headcounts(session, Reach("default")) == []


def test_a_source_is_counted_once_at_a_time(database: Database) -> None:
    begin(database)
    with database.write() as session:
        assert not start_headcount(session, DOOR)
        jobs = session.scalar(select(func.count()).select_from(JobRow))
    assert jobs == 0
