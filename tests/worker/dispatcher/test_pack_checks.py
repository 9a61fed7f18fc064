"""The dispatcher pauses a job whose pack no worker has, after a while, and continues it."""

from db.engine import Database
from db.processes import record_heartbeat
from db.states import JobState, ProcessRole
from tests.support.models.packs import PACK, make_version
from tests.support.work.jobs import status, submit
from worker.dispatcher.pack_checks import PackChecks


def start_worker(database: Database, name: str, *packs: str) -> None:
    with database.write() as session:
        record_heartbeat(session, name, ProcessRole.BULK, 1, [make_version(one) for one in packs])


def test_a_job_is_paused_while_no_worker_has_its_pack(database: Database) -> None:
    job_id = submit(database)
    start_worker(database, "worker@a:1", "other")
    checks = PackChecks(database, patience_seconds=0)

    checks.run()
    assert status(database, job_id).state is JobState.PAUSED
    checks.run()
    assert status(database, job_id).state is JobState.PAUSED
    start_worker(database, "worker@b:1", PACK.name)
    checks.run()
    assert status(database, job_id).state is JobState.RUNNING


def test_a_worker_that_restarts_is_waited_for(database: Database) -> None:
    job_id = submit(database)
    start_worker(database, "worker@a:1", "other")
    checks = PackChecks(database, patience_seconds=3600)

    for _ in range(3):
        checks.run()

    assert status(database, job_id).state is JobState.QUEUED


def test_a_job_waits_while_no_worker_is_live_at_all(database: Database) -> None:
    job_id = submit(database)

    PackChecks(database, patience_seconds=0).run()

    assert status(database, job_id).state is JobState.QUEUED
