"""A worker gives back what it cannot analyze, and leaves it to others from then on."""

import os
import socket
from pathlib import Path
from typing import NoReturn

from sqlalchemy import update

from db.clock import DatabaseTime
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.jobs.missing_packs import read_worker_packs
from db.processes import record_heartbeat
from db.states import ChunkState, JobState, ProcessRole
from db.submissions.drafts import accept_job
from db.tables.chunks import ChunkRow
from models.errors import ModelUnavailable
from models.packs.folder import find_pack
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.jobs import hints, status
from tests.support.work.worker import work_until_done
from worker.chunks.claiming import Claimer
from worker.lease import LeaseTerms
from worker.packs.analyzers import Analyzers
from worker.packs.packs import describe_pack
from worker.runners import make_chunk_runner
from worker.settings import Settings
from worker.sources.reader import Sources


def fail_to_open(name: str) -> NoReturn:
    raise ModelUnavailable(f"a file of {name} is altered")


def test_a_chunk_whose_pack_cannot_be_opened_is_released_without_blame(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(encode_scene("JPEG"))
    with database.write() as session:
        items = [NewItem("a.jpg", (tmp_path / "a.jpg").as_uri())]
        job_id = accept_job(session, NewJob(), items, 32)
        version = describe_pack(find_pack(settings.pack, settings.packs_dir))
        main_process = f"worker@{socket.gethostname()}:{os.getppid()}"
        record_heartbeat(session, main_process, ProcessRole.BULK, 1, [version])
    analyzers = Analyzers([version], fail_to_open)
    claimer = Claimer(database, LeaseTerms(60.0, 60.0, lambda: False), analyzers)
    worker = make_chunk_runner(settings, claimer, analyzers, Sources.from_settings(settings))
    [chunk_id] = hints(database)

    worker.run(chunk_id, "task")

    with database.read() as session:
        chunk = session.get_one(ChunkRow, chunk_id)
        assert (chunk.state, chunk.crashes, chunk.attempts) == (ChunkState.WAITING, 0, 0)
        assert read_worker_packs(session) == []
    worker.run(chunk_id, "task")
    assert status(database, job_id).counts.waiting == 1
    with database.write() as session:
        session.execute(update(ChunkRow).values(not_before=DatabaseTime(-1)))
    work_until_done(settings, database)
    assert status(database, job_id).state is JobState.COMPLETED
