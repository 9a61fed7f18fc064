"""A chunk's way through a worker: each item fails alone, and faults change nothing."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from db.chunks.crashes import rescue_chunk
from db.clock import DatabaseTime
from db.engine import Database
from db.item_values import ClaimedItem
from db.job_values import JobOptions
from db.jobs.cancelling import cancel_job
from db.states import JobState
from db.tables.chunks import ChunkRow
from models.face import Face
from models.nets.analyzer import AlignedFace, AlignedFaces, Analyzer
from models.pictures.picture import Picture
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.jobs import hints, status
from tests.support.work.worker import (
    LooseChunk,
    make_chunk,
    open_analyzers,
    open_worker,
    read_all,
    submit_files,
    work_until_done,
)
from worker.pictures.analysis import PictureAnalysis
from worker.pictures.decoding import Decoding
from worker.pictures.intake import READ_AHEAD_BYTES
from worker.settings import Settings
from worker.sources.reader import Sources


def test_a_lease_is_renewed_while_a_whole_batch_waits_for_slow_servers(
    database: Database, settings: Settings
) -> None:
    class Wide(Meddler):
        batch_pictures = 8

    class Large(Sources):
        """Two of its files end a read-ahead batch, like two files of a slow server."""

        def read(self, uri: str) -> bytes:
            return uri[-1:].encode() * (READ_AHEAD_BYTES // 2)

    items = [ClaimedItem(number, "", f"file:///{number}", {}) for number in range(6)]
    stops = iter([False, True])
    held = LooseChunk(make_chunk(*items, thumbnails="none"), stops)
    held.database = database
    sources = Large.from_settings(settings)
    analyzers = open_analyzers(settings, Wide(lambda: None))
    decoding = Decoding(settings, batch_seconds=60.0)
    with closing(PictureAnalysis(settings, analyzers, sources, decoding)) as analysis:
        results = analysis.analyze(items, held)
    assert next(stops, None) is None
    assert [result.item.id for result in results] == [0, 1, 2, 3]


class Meddler(Analyzer):
    """Finds no faces, and interferes with the chunk meanwhile."""

    batch_pictures = 1

    def __init__(self, meddle: object) -> None:
        self._meddle = meddle

    def detect(self, pictures: Sequence[Picture], *, crowd: bool = False) -> list[AlignedFaces]:
        self._meddle()  # type: ignore[operator]
        return [AlignedFaces([]) for _ in pictures]

    def estimate(self, aligned: Sequence[AlignedFace]) -> list[Face]:
        return []


def make_scenes(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(encode_scene("JPEG", 96 + number))
    return paths


def test_a_worker_that_lost_its_lease_records_nothing(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    job_id = submit_files(database, make_scenes(tmp_path, 1), JobOptions())
    [chunk_id] = hints(database)

    def lose_lease() -> None:
        with database.write() as session:
            assert rescue_chunk(session, chunk_id, "task:", seen=True)

    open_worker(settings, database, Meddler(lose_lease)).run(chunk_id, "task")
    counts = status(database, job_id).counts
    assert (counts.waiting, counts.done, counts.failed) == (1, 0, 0)


def test_a_cancelled_job_keeps_what_its_running_chunk_has_done(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    # A lease this short is renewed, and so the job's state is read, after every picture.
    settings = settings.model_copy(update={"lease_seconds": 0.001})
    job_id = submit_files(database, make_scenes(tmp_path, 8), JobOptions())
    chunk_id = hints(database)[0]

    def cancel() -> None:
        with database.write() as session:
            cancel_job(session, job_id)

    open_worker(settings, database, Meddler(cancel)).run(chunk_id, "task")
    counts = status(database, job_id).counts
    assert (counts.done, counts.cancelled) == (1, 7)


def test_a_fault_in_one_picture_fails_that_item_as_internal(
    database: Database, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = submit_files(database, make_scenes(tmp_path, 1), JobOptions())

    def fail() -> None:
        raise ArithmeticError("a fault of ours")

    open_worker(settings, database, Meddler(fail)).run(hints(database)[0], "task")
    [item] = read_all(database, job_id).values()
    assert item.error is not None
    assert item.error.code == "internal"
    assert "a fault of ours" in caplog.text


def test_a_worker_that_is_shutting_down_records_what_is_done_and_releases_the_rest(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    job_id = submit_files(database, make_scenes(tmp_path, 8), JobOptions())
    chunk_id, *others = hints(database)
    asked: list[bool] = []
    analyzer = Meddler(lambda: asked.append(True))
    worker = open_worker(settings, database, analyzer, is_ending=lambda: bool(asked))
    worker.run(chunk_id, "task")
    counts = status(database, job_id).counts
    assert (counts.done, counts.waiting, counts.running) == (1, 7, 0)
    # A hint that comes now is left to others.
    worker.run(others[0], "task")
    assert status(database, job_id).counts.done == 1
    assert others[0] in hints(database)
    work_until_done(settings, database)
    assert status(database, job_id).state is JobState.COMPLETED


def test_a_chunk_that_takes_too_long_is_recorded_in_parts(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    job_id = submit_files(database, make_scenes(tmp_path, 3), JobOptions())
    slow = open_worker(settings, database, Meddler(lambda: None), work_seconds=0.0)
    for done in (1, 2, 3):
        slow.run(hints(database, resend_seconds=-1)[0], "task")
        assert status(database, job_id).counts.done == done


def test_after_a_crash_each_item_is_marked_before_it_is_analyzed(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    job_id = submit_files(database, make_scenes(tmp_path, 3), JobOptions())
    make_one_chunk(database, 3)
    [chunk_id] = hints(database)
    current_item: list[int | None] = []

    def look() -> None:
        with database.read() as session:
            current_item.append(session.get_one(ChunkRow, chunk_id).current_item)

    with database.write() as session:
        session.get_one(ChunkRow, chunk_id).crashes = 1
    worker = open_worker(settings, database, Meddler(look))
    worker.run(chunk_id, "task")
    assert current_item == [0, 1, 2]
    assert status(database, job_id).counts.done == 3
    with database.read() as session:
        assert session.get_one(ChunkRow, chunk_id).current_item is None


def make_one_chunk(database: Database, items: int) -> None:
    with database.write() as session:
        first, *others = session.scalars(select(ChunkRow).order_by(ChunkRow.start)).all()
        first.stop = items
        for other in others:
            session.delete(other)


class Breaking(Meddler):
    def estimate(self, aligned: Sequence[AlignedFace]) -> list[Face]:
        raise ArithmeticError("a fault of ours")


def test_a_chunk_that_always_fails_is_retried_and_then_quarantined(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    settings = settings.model_copy(update={"lease_seconds": 5})
    job_id = submit_files(database, make_scenes(tmp_path, 1), JobOptions())
    worker = open_worker(settings, database, Breaking(lambda: None))
    [chunk_id] = hints(database)
    for _ in range(3):
        free_now(database)
        worker.run(chunk_id, "task")
    [item] = read_all(database, job_id).values()
    assert item.error is not None
    assert item.error.code == "worker_crashed"


def free_now(database: Database) -> None:
    """Skip the pause after a crash."""
    with database.write() as session:
        session.query(ChunkRow).update({"not_before": DatabaseTime(-1)})
