"""A backup that is put back: jobs go on, nothing is lost, and nothing is counted twice."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from db.chunks.crashes import rescue_chunk
from db.chunks.leases import read_expired_leases
from db.clock import DatabaseTime
from db.counts.cube import fold_deltas
from db.engine import Database
from db.states import ItemState, JobState
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from tests.faults.checks.audience import check_cube, check_measures
from tests.support.programs.backups import Backup, PostgresqlBackup, SqliteBackup
from tests.support.run.databases import empty_postgresql
from tests.support.work.jobs import (
    claim_next,
    close,
    make_face,
    record,
    results_of,
    status,
    submit,
    submit_chunk,
    work_all,
)

FACE = make_face()


@pytest.fixture(params=["sqlite", "postgresql"])
def backup(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backup]:
    if request.param == "sqlite":
        yield SqliteBackup(tmp_path)
        return
    server, url = map(request.getfixturevalue, ("postgresql_url", "migrated_postgresql"))
    yield PostgresqlBackup(server, url, tmp_path)
    with closing(Database(request.getfixturevalue("postgresql_owner"))) as owner:
        empty_postgresql(owner)


def test_a_job_goes_on_where_its_backup_found_it(backup: Backup) -> None:
    with closing(Database(backup.url)) as database:
        job_id = submit(database, items=8, chunk_items=2)
        record_next(database)
        under_way = claim_next(database, "before")
        backup.save()
        # What happens after a backup is lost with the database, and done again.
        assert record(database, under_way, results_of(under_way, [FACE]))
        after = claim_next(database, "after")
        assert record(database, after, results_of(after, [FACE, FACE, FACE]))
    backup.lose()
    backup.restore()
    with closing(Database(backup.url)) as database:
        assert status(database, job_id).counts.done == 2
        # A worker that outlived the database has nothing to record any more.
        assert not record(database, after, results_of(after, [FACE, FACE, FACE]))
        rescue_expired(database)
        work_all(database, [FACE])
        assert close(database) == [job_id]
        check_counts(database, job_id, items=8)


def test_a_worker_that_outlives_a_restoration_records_what_it_holds_once(backup: Backup) -> None:
    with closing(Database(backup.url)) as database:
        job_id = submit_chunk(database, items=4)
        held = claim_next(database)
        backup.save()
    backup.lose()
    backup.restore()
    with closing(Database(backup.url)) as database:
        assert record(database, held, results_of(held, [FACE]))
        assert not record(database, held, results_of(held, [FACE]))
        assert close(database) == [job_id]
        check_counts(database, job_id, items=4)


def test_new_jobs_are_accepted_after_a_restoration(backup: Backup) -> None:
    with closing(Database(backup.url)) as database:
        first = submit(database)
        backup.save()
        lost = submit(database)
    backup.lose()
    backup.restore()
    with closing(Database(backup.url)) as database:
        # The number of a job that the backup does not have is given again.
        assert submit(database) == lost
        work_all(database, [FACE])
        assert sorted(close(database)) == [first, lost]
        check_counts(database, lost, items=4)


def record_next(database: Database) -> None:
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk, [FACE]))


def rescue_expired(database: Database) -> None:
    """What the dispatcher does once the leases of the backup have ended."""
    with database.write() as session:
        session.execute(update(ChunkRow).values(lease_until=DatabaseTime(-1)))
        expired = read_expired_leases(session)
    assert len(expired) == 1
    with database.write() as session:
        for chunk_id, token in expired:
            assert rescue_chunk(session, chunk_id, token, seen=False)
        # A chunk that was rescued waits for a moment; tests do not.
        session.execute(update(ChunkRow).values(not_before=DatabaseTime(-1)))


def check_counts(database: Database, job_id: int, items: int) -> None:
    """Each item is done once and has its one face, in rows, counters and the audience."""
    job = status(database, job_id)
    assert (job.state, job.counts.done, job.counts.faces) == (JobState.COMPLETED, items, items)
    with database.write() as session:
        fold_deltas(session)
        done = (ItemRow.job_id == job_id, ItemRow.state == ItemState.DONE)
        faces = select(func.count()).select_from(FaceRow).join(ItemRow).where(*done)
        assert session.scalar(faces) == items
    assert check_measures(database, job_id) + check_cube(database, job_id) == []
