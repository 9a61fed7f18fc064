"""Embeddings are there while a job needs them, and gone after it in whatever way it ends."""

import pytest
from sqlalchemy import select, update

from db.clock import DatabaseTime
from db.embeddings import discard_left_embeddings
from db.engine import Database
from db.item_values import ItemResult
from db.jobs.erasure import erase_job, read_jobs_to_expire
from db.jobs.pausing import pause_on_request
from db.jobs.retrying import retry_job
from db.states import ChunkState, JobState
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow
from db.tables.people import EmbeddingRow
from tests.support.models.packs import PACKS
from tests.support.work.jobs import (
    cancel,
    claim,
    close,
    crash,
    hints,
    record,
    results_of,
    status,
    submit,
    work_all,
)
from tests.support.work.linking import (
    begin_linking,
    claim_for_people,
    count_embeddings,
    face_of,
    find_all,
    hold,
    link,
    submit_for_people,
)
from worker.lease import LeaseLost
from worker.people.runner import TOO_SLOW, PeopleRunner
from worker.settings import Settings

PEOPLE = [[1, 2], [1], [2, 3], []]


@pytest.fixture
def job_id(database: Database) -> int:
    """A job whose faces are all found."""
    job_id = submit_for_people(database, items=4)
    find_all(database, PEOPLE)
    assert count_embeddings(database) == 5
    return job_id


def test_they_end_with_the_linking(settings: Settings, database: Database, job_id: int) -> None:
    link(settings, database)
    assert count_embeddings(database) == 0
    assert status(database, job_id).state is JobState.COMPLETED


def test_a_job_that_does_not_ask_has_none(database: Database) -> None:
    submit(database)
    work_all(database, [face_of(1)])
    assert count_embeddings(database) == 0


@pytest.mark.parametrize("when", ["half way", "before linking", "while linking"])
def test_they_end_with_a_cancelled_job(settings: Settings, database: Database, when: str) -> None:
    job_id = submit_for_people(database, items=4)
    if when == "half way":
        chunk = claim_for_people(database)
        assert record(database, chunk, results_of(chunk, [face_of(1)]))
    else:
        find_all(database, PEOPLE)
    assert count_embeddings(database) > 0
    if when == "while linking":
        held = hold(database, begin_linking(database))
        cancel(database, job_id)
        held._next_renewal = 0.0
        PeopleRunner(settings).run(held)
    else:
        cancel(database, job_id)
    close(database)
    assert count_embeddings(database) == 0
    assert status(database, job_id).state is not JobState.CANCELLING


def test_they_end_with_an_erased_job_at_once(database: Database, job_id: int) -> None:
    with database.write() as session:
        erase_job(session, job_id)
    assert count_embeddings(database) == 0


def test_they_end_with_a_job_that_is_erased_while_it_links(
    settings: Settings, database: Database, job_id: int
) -> None:
    held = hold(database, begin_linking(database))
    with database.write() as session:
        erase_job(session, job_id)
    with pytest.raises(LeaseLost):
        PeopleRunner(settings).run(held)
    assert count_embeddings(database) == 0


def test_they_end_with_an_expired_job(database: Database, job_id: int) -> None:
    with database.write() as session:
        session.execute(update(JobRow).values(expires_at=DatabaseTime(-1)))
    with database.write() as session:
        for expired in read_jobs_to_expire(session):
            erase_job(session, expired)
    assert count_embeddings(database) == 0


def test_they_end_with_a_job_whose_linking_kills_workers(database: Database, job_id: int) -> None:
    chunk = begin_linking(database)
    assert crash(database, chunk)
    for _ in range(2):
        assert crash(database, claim_for_people(database))
    assert count_embeddings(database) == 0
    assert close(database) == [job_id]
    job = status(database, job_id)
    assert job.state is JobState.COMPLETED
    assert job.counts.failed == 0
    assert job.people is not None
    assert "crashed its worker" in (job.people.error or "")


def test_they_end_with_a_linking_that_takes_too_long(
    settings: Settings, database: Database, job_id: int
) -> None:
    PeopleRunner(settings).run(hold(database, begin_linking(database), work_seconds=0.0))
    assert count_embeddings(database) == 0
    people = status(database, job_id).people
    assert people is not None
    assert people.error == TOO_SLOW


def test_a_worker_that_ends_leaves_the_linking_to_others(
    settings: Settings, database: Database, job_id: int
) -> None:
    PeopleRunner(settings).run(hold(database, begin_linking(database), ends=True))
    assert count_embeddings(database) == 5
    PeopleRunner(settings).run(hold(database, claim_for_people(database)))
    assert close(database) == [job_id]
    assert count_embeddings(database) == 0


def test_a_late_worker_brings_none_back(database: Database) -> None:
    job_id = submit_for_people(database, items=1)
    chunk = claim_for_people(database)
    with database.write() as session:
        erase_job(session, job_id)
    assert not record(database, chunk, results_of(chunk, [face_of(1)]))
    assert count_embeddings(database) == 0


def test_a_job_whose_items_all_fail_has_none_to_link(database: Database) -> None:
    job_id = submit_for_people(database, items=1)
    chunk = claim_for_people(database)
    assert record(database, chunk, results_of(chunk, fail=["0.jpg"]))
    assert close(database) == [job_id]
    assert status(database, job_id).people is None


def test_a_paused_job_keeps_them_until_it_goes_on(settings: Settings, database: Database) -> None:
    job_id = submit_for_people(database, items=1)
    chunk = claim_for_people(database)
    with database.write() as session:
        assert pause_on_request(session, job_id)
    assert record(database, chunk, [ItemResult(chunk.items[0], None, 9, 9, (face_of(1),))])
    assert count_embeddings(database) == 1
    # Its last item has ended, so it ends, too.
    link(settings, database)
    assert count_embeddings(database) == 0


def test_what_was_left_of_a_job_that_ended_is_swept(database: Database, job_id: int) -> None:
    with database.write() as session:
        assert discard_left_embeddings(session) == 0
    with database.write() as session:
        session.execute(update(JobRow).values(state=JobState.CANCELLED))
        assert discard_left_embeddings(session) == 1
    assert count_embeddings(database) == 0


def test_a_job_whose_people_were_linked_is_not_retried(
    settings: Settings, database: Database
) -> None:
    """A retry could not link the new faces to the others."""
    job_id = submit_for_people(database, items=2)
    for _ in range(2):
        chunk = claim_for_people(database)
        assert record(database, chunk, results_of(chunk, [face_of(1)], fail=["0.jpg"]))
    link(settings, database)
    assert status(database, job_id).state is JobState.COMPLETED_WITH_ERRORS
    with database.write() as session:
        assert retry_job(session, job_id) == 0


def test_a_worker_without_the_embedder_leaves_the_job_to_others(database: Database) -> None:
    submit_for_people(database, items=1)
    [chunk_id] = hints(database)
    assert claim(database, chunk_id, packs=PACKS) is None
    with database.read() as session:
        assert session.scalar(select(ChunkRow.state)) == ChunkState.WAITING


def test_they_belong_to_their_job(database: Database, job_id: int) -> None:
    other = submit_for_people(database, items=2)
    find_all(database, [[1], [2]])
    with database.write() as session:
        erase_job(session, job_id)
    with database.read() as session:
        assert set(session.scalars(select(EmbeddingRow.job_id))) == {other}
