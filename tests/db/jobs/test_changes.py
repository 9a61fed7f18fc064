"""People name jobs, note what they are, order them and pause them."""

from db.chunks.window import choose_hints
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob, Priority
from db.jobs.changes import change_job
from db.jobs.erasure import erase_job
from db.jobs.pausing import pause_on_request, resume_job
from db.jobs.status import read_jobs
from db.reach import EVERYONE
from db.states import JobState, PauseReason
from db.submissions.drafts import accept_job
from tests.support.work.jobs import (
    claim,
    close,
    hints,
    record,
    results_of,
    status,
    submit,
    work_all,
)


def pause(database: Database, job_id: int) -> bool:
    with database.write() as session:
        return pause_on_request(session, job_id)


def resume(database: Database, job_id: int) -> bool:
    with database.write() as session:
        return resume_job(session, job_id)


def test_a_job_is_found_by_its_name(database: Database) -> None:
    with database.write() as session:
        for name in ("Spring, Lyon", "Autumn 100%", ""):
            accept_job(session, NewJob(name=name, notes="ours"), [NewItem("a", "file:///a")], 1)
    with database.read() as session:
        for part, found in (("lyon", [1]), ("100%", [2]), ("n_m", []), ("3", [3])):
            jobs = read_jobs(session, EVERYONE, limit=9, find=part)
            assert [job.id for job in jobs] == found, part
    assert (status(database, 1).name, status(database, 1).notes) == ("Spring, Lyon", "ours")


def test_what_is_changed_is_changed_and_the_rest_stays(database: Database) -> None:
    job_id = submit(database, items=1)
    with database.write() as session:
        assert change_job(session, job_id, name="Spring", priority=Priority.HIGH)
        assert change_job(session, job_id, notes="Lyon")
        assert not change_job(session, 99, name="x")
    job = status(database, job_id)
    assert (job.name, job.notes, job.priority) == ("Spring", "Lyon", Priority.HIGH)
    with database.write() as session:
        erase_job(session, job_id)
        assert not change_job(session, job_id, name="x")
    assert (status(database, job_id).name, status(database, job_id).notes) == ("", "")


def test_a_job_that_gains_priority_gets_more_of_the_window(database: Database) -> None:
    first, second = submit(database, items=40), submit(database, items=40)
    with database.write() as session:
        change_job(session, second, priority=Priority.HIGH)
        chosen = choose_hints(session, 8, 30.0)
    sent = [1 if chunk_id <= 20 else 2 for chunk_id in chosen]
    assert (sent.count(first), sent.count(second)) == (2, 6)


def test_a_paused_job_waits_until_it_is_resumed(database: Database) -> None:
    job_id = submit(database, items=4)
    assert pause(database, job_id)
    job = status(database, job_id)
    assert job.state is JobState.PAUSED
    assert job.paused is not None
    assert job.paused.code is PauseReason.REQUESTED
    assert hints(database) == []
    assert claim(database, 1) is None
    assert resume(database, job_id)
    assert status(database, job_id).state is JobState.QUEUED
    work_all(database)
    assert close(database) == [job_id]
    assert not pause(database, job_id)
    assert not resume(database, job_id)


def test_what_a_worker_has_when_a_job_is_paused_is_recorded(database: Database) -> None:
    job_id = submit(database, items=4)
    first, *_ = hints(database)
    chunk = claim(database, first)
    assert chunk is not None
    assert pause(database, job_id)
    assert record(database, chunk, results_of(chunk))
    assert status(database, job_id).counts.done == len(chunk.items)
    assert resume(database, job_id)
    assert status(database, job_id).state is JobState.RUNNING
