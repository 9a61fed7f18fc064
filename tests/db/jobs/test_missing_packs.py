"""A job whose pack no worker has is paused with the reason, and continues once one has it."""

from collections.abc import Sequence

from sqlalchemy import update

from db.clock import DatabaseTime
from db.engine import Database
from db.jobs.missing_packs import (
    NeededPack,
    continue_with_pack,
    pause_without_pack,
    read_paused_needs,
    read_waiting_needs,
    read_worker_packs,
)
from db.jobs.pausing import resume_job
from db.pack_values import PackVersion
from db.processes import record_heartbeat, withdraw_pack
from db.states import ErrorCode, JobState, PauseReason, ProcessRole
from db.tables.jobs import JobRow
from tests.support.models.packs import PACK, make_version
from tests.support.work.jobs import claim, claim_next, hints, record, results_of, status, submit

NEWER = make_version(version="2")


def start_worker(database: Database, *packs: PackVersion, name: str = "worker@a:1") -> None:
    with database.write() as session:
        record_heartbeat(session, name, ProcessRole.BULK, 2, packs)


def read_needs(database: Database) -> list[NeededPack]:
    with database.read() as session:
        return read_waiting_needs(session)


def pause(database: Database, packs: Sequence[PackVersion]) -> str:
    """Pause the one live job; its message."""
    [needed] = read_needs(database)
    with database.write() as session:
        assert pause_without_pack(session, needed, packs)
    job = status(database, needed.job_id)
    assert job.state is JobState.PAUSED
    assert job.paused is not None
    assert job.paused.code is PauseReason.NO_PACK
    return job.paused.message


def test_workers_tell_their_packs_from_their_start_on(database: Database) -> None:
    other = make_version("other")
    start_worker(database, PACK)
    start_worker(database, PACK, other, name="worker@b:1")
    with database.write() as session:
        record_heartbeat(session, "live@c:1", ProcessRole.INTERACTIVE, 1, [NEWER])
        withdraw_pack(session, "worker@b:1", "default")

    with database.read() as session:
        assert read_worker_packs(session) == [PACK, other]


def test_without_a_live_worker_nothing_is_known_of_packs(database: Database) -> None:
    with database.read() as session:
        assert read_worker_packs(session) is None


def test_a_job_needs_any_version_before_its_first_claim_and_that_one_afterwards(
    database: Database,
) -> None:
    submit(database, items=2)
    [before] = read_needs(database)
    claim(database, hints(database)[0])
    [after] = read_needs(database)

    assert before.is_among([NEWER])
    assert not before.is_among([make_version("other")])
    assert after.is_among([NEWER, PACK])
    assert not after.is_among([NEWER])


def test_a_job_without_waiting_chunks_needs_nothing(database: Database) -> None:
    submit(database, items=1)
    chunk = claim_next(database)
    assert read_needs(database) == []
    assert record(database, chunk, results_of(chunk))
    assert read_needs(database) == []


def test_a_job_whose_pack_nobody_has_is_paused_until_a_worker_has_it(database: Database) -> None:
    job_id = submit(database)
    assert "No worker has the pack default." in pause(database, [make_version("other")])
    assert hints(database, resend_seconds=-1) == []

    with database.write() as session:
        [needed] = read_paused_needs(session)
        assert needed.is_among([PACK])
        assert continue_with_pack(session, needed)
        assert not continue_with_pack(session, needed)

    assert status(database, job_id).state is JobState.RUNNING
    # It may still be paused if its items all fail.
    assert status(database, job_id).resumed_at is None
    claim_next(database)


def test_a_job_whose_version_is_gone_says_so_and_continues_with_another_on_request(
    database: Database,
) -> None:
    job_id = submit(database, items=2)
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk))

    message = pause(database, [NEWER])
    assert "version 1 of the pack default" in message
    assert "they have version 2" in message
    with database.write() as session:
        assert resume_job(session, job_id)
    [chunk_id] = hints(database, resend_seconds=-1)
    assert claim(database, chunk_id, packs={NEWER.name: NEWER}) is not None
    assert status(database, job_id).packs == (PACK, NEWER)


def test_resuming_a_job_that_failed_alike_keeps_its_version(database: Database) -> None:
    job_id = submit(database, items=2)
    claim_next(database)
    with database.write() as session:
        pause = {"code": ErrorCode.NOT_FOUND, "message": "They are gone."}
        values = {"state": JobState.PAUSED, "paused_at": DatabaseTime(), "pause": pause}
        session.execute(update(JobRow).where(JobRow.id == job_id).values(values))
        assert resume_job(session, job_id)
    [needed] = read_needs(database)

    assert needed == NeededPack(job_id, "default", PACK.sha256)
