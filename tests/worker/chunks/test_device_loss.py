"""A device that fails ends its process; its chunk is done by others, and no item is to blame."""

from pathlib import Path

import pytest
from sqlalchemy import select

from db.clock import DatabaseTime
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.states import ChunkState
from db.submissions.drafts import accept_job
from db.tables.chunks import ChunkRow
from tests.support.media.sample_pictures import encode_scene
from tests.support.models.devices import FailingRuns, open_fake_device
from tests.support.work.jobs import hints, status
from tests.support.work.worker import open_worker, read_all, work_until_done
from worker.settings import Settings

ITEMS = 6


@pytest.fixture
def job_id(database: Database, settings: Settings, tmp_path: Path) -> int:
    paths = [tmp_path / f"{number}.jpg" for number in range(ITEMS - 1)]
    for number, path in enumerate(paths):
        path.write_bytes(encode_scene("JPEG", width=96 + 16 * number))
    # One with a face, so that the estimators run, too.
    paths.append(settings.weights_dir / "samples" / "astronaut.png")
    items = [NewItem(path.name, path.as_uri()) for path in paths]
    with database.write() as session:
        job_id = accept_job(session, NewJob(), items, ITEMS)
        # A small job gets a chunk for each item.
        first, *others = session.scalars(select(ChunkRow).order_by(ChunkRow.start)).all()
        first.stop = ITEMS
        for other in others:
            session.delete(other)
        return job_id


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    roots = (tmp_path.resolve(), (settings.weights_dir / "samples").resolve())
    return settings.model_copy(update={"file_roots": roots})


def free_now(database: Database) -> None:
    """Skip the pause after a loss."""
    with database.write() as session:
        session.query(ChunkRow).update({"not_before": DatabaseTime(-1)})


@pytest.mark.parametrize("runs", [0, 6], ids=["at-once", "later"])
def test_the_chunk_of_a_lost_device_waits_at_once_and_is_done_by_another_process(
    database: Database, settings: Settings, job_id: int, runs: int
) -> None:
    [chunk_id] = hints(database)
    lost = open_worker(
        settings, database, open_fake_device(settings.weights_dir, change=FailingRuns(runs))
    )
    lost.run(chunk_id, "task")
    assert lost.is_stuck
    with database.read() as session:
        chunk = session.get_one(ChunkRow, chunk_id)
        assert (chunk.state, chunk.token, chunk.crashes) == (ChunkState.WAITING, None, 1)
    assert read_all(database, job_id)["astronaut.png"].state == "waiting"

    free_now(database)
    work_until_done(settings, database, open_fake_device(settings.weights_dir))
    assert status(database, job_id).counts.done == ITEMS
    assert len(read_all(database, job_id)["astronaut.png"].faces) == 1


def test_a_device_that_fails_four_times_fails_no_item(
    database: Database, settings: Settings, job_id: int
) -> None:
    broken = open_fake_device(settings.weights_dir, change=FailingRuns(0))
    worker = open_worker(settings, database, broken)
    for _ in range(4):
        free_now(database)
        for chunk_id in hints(database, resend_seconds=-1):
            worker.run(chunk_id, "task")
    assert status(database, job_id).counts.failed == 0
    with database.read() as session:
        assert set(session.scalars(select(ChunkRow.state))) == {
            ChunkState.WAITING,
            ChunkState.SPLIT,
        }
