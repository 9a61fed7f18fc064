"""A job is analyzed by one version of its pack: that of the process that claims first."""

from collections.abc import Mapping

import pytest
from sqlalchemy import update

from db.chunks.packs import settle_pack
from db.clock import DatabaseTime
from db.engine import Database
from db.pack_values import PackVersion
from db.tables.chunks import ChunkRow
from tests.support.models.packs import PACK, make_version
from tests.support.work.jobs import claim, hints, record, results_of, status, submit

NEWER = make_version(version="2")


def test_the_first_claim_settles_the_version_of_a_job(database: Database) -> None:
    job_id = submit(database, items=2)
    assert status(database, job_id).packs == ()

    first, second = hints(database)
    assert claim(database, first) is not None
    assert claim(database, second) is not None

    assert status(database, job_id).packs == (PACK,)


@pytest.mark.parametrize(
    "packs",
    [{}, {"other": make_version("other")}, {NEWER.name: NEWER}],
    ids=["no pack", "another pack", "another version"],
)
def test_a_chunk_whose_pack_a_process_lacks_is_left_to_others(
    database: Database, packs: Mapping[str, PackVersion]
) -> None:
    job_id = submit(database, items=2)
    first, second = hints(database)
    assert claim(database, first) is not None

    assert claim(database, second, packs=packs) is None

    # Not at once: the same process might take the hint again.
    assert hints(database) == []
    with database.write() as session:
        session.execute(update(ChunkRow).values(not_before=DatabaseTime(-1)))
    assert hints(database) == [second]
    chunk = claim(database, second)
    assert chunk is not None
    assert chunk.crashes == 0
    assert record(database, chunk, results_of(chunk))
    assert status(database, job_id).packs == (PACK,)


def test_a_job_of_which_nothing_was_claimed_needs_no_version_yet(database: Database) -> None:
    job_id = submit(database)

    assert claim(database, hints(database)[0], packs={}) is None
    job = status(database, job_id)
    assert (job.state, job.packs) == ("queued", ())
    with database.write() as session:
        session.execute(update(ChunkRow).values(not_before=DatabaseTime(-1)))
    assert claim(database, hints(database)[0], packs={NEWER.name: NEWER}) is not None
    assert status(database, job_id).packs == (NEWER,)


def test_of_two_processes_that_settle_at_the_same_time_the_first_decides(
    database: Database,
) -> None:
    job_id = submit(database)
    with database.write() as session:
        # Both read that the job needs no version yet.
        settled = [settle_pack(session, job_id, None, pack) for pack in (PACK, NEWER, PACK)]

    assert settled == [True, False, True]
    assert status(database, job_id).packs == (PACK,)
