"""Workers crash, shut down or are cancelled during a video: nothing is lost or doubled."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.chunks.crashes import rescue_chunk
from db.clock import DatabaseTime
from db.engine import Database
from db.item_values import Failure
from db.jobs.cancelling import cancel_job
from db.jobs.erasure import erase_job, remove_erased
from db.jobs.retrying import retry_job
from db.states import ChunkKind, ChunkState, ErrorCode
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.videos import VIDEO_TABLES, FrameRow, TrackRow
from db.videos.recording import record_failure
from models.nets.analyzer import AlignedFace, AlignedFaces, Analyzer
from models.pictures.picture import Picture
from tests.support.media.clips import PEOPLE
from tests.support.media.sample_pictures import encode_scene
from tests.support.run.databases import on_one_database
from tests.support.work.jobs import claim, close, hints, status
from tests.support.work.videos import (
    Found,
    allow,
    count_rows,
    read_everything,
    read_items,
    run_next,
    submit_videos,
    work_in_threads,
)
from tests.support.work.worker import open_analyzer, open_worker
from worker.settings import Settings


class Meddler(Analyzer):
    """Interferes at the third frame that it is given."""

    def __init__(self, analyzer: Analyzer, meddle: Callable[[], None]) -> None:
        self._inner = analyzer
        self._meddle = meddle
        self._seen = 0

    @property
    def batch_pictures(self) -> int:
        return 1

    def detect(self, pictures: Sequence[Picture], *, crowd: bool = False) -> list[AlignedFaces]:
        self._seen += 1
        if self._seen == 3:
            self._meddle()
        return self._inner.detect(pictures, crowd=crowd)

    def estimate(self, aligned: Sequence[AlignedFace]) -> list:
        return self._inner.estimate(aligned)


def die_at_work(settings: Settings, url: str, chunk_id: int) -> None:
    """In a process of its own."""
    deadly = Meddler(
        open_analyzer(settings.weights_dir), lambda: os.kill(os.getpid(), signal.SIGKILL)
    )
    open_worker(settings, Database(url), deadly).run(chunk_id, "killed")


def find_segments(database: Database) -> list[int]:
    with database.read() as session:
        query = select(ChunkRow.id).where(ChunkRow.kind == ChunkKind.SEGMENT)
        return list(session.scalars(query.order_by(ChunkRow.id)))


def submit_two_segments(settings: Settings, database: Database, clip: Path) -> tuple[int, int]:
    """A job whose video is cut in two, and the first of its segments."""
    job_id = submit_videos(database, clip)
    run_next(settings, database)
    first, _ = find_segments(database)
    return job_id, first


@on_one_database
def test_killing_a_worker_in_the_middle_changes_nothing(
    database: Database, settings: Settings, clip: Path, reference: Found
) -> None:
    settings = allow(settings, clip, segment_frames=7)
    job_id, chunk_id = submit_two_segments(settings, database, clip)
    url = database.engine.url.render_as_string(hide_password=False)
    process = multiprocessing.get_context("spawn").Process(
        target=die_at_work, args=(settings, url, chunk_id)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with database.write() as session:
        assert rescue_chunk(session, chunk_id, "killed", seen=True)
        session.execute(update(ChunkRow).values(not_before=DatabaseTime(-1)))
    work_in_threads(settings, database, job_id)
    [item] = read_items(database, job_id)
    assert read_everything(database, item.id) == reference
    assert status(database, job_id).counts.done == 1


def test_a_worker_that_is_overtaken_records_nothing(
    database: Database, settings: Settings, clip: Path, reference: Found
) -> None:
    settings = allow(settings, clip, segment_frames=7)
    job_id, chunk_id = submit_two_segments(settings, database, clip)

    def be_overtaken() -> None:
        with database.write() as session:
            assert rescue_chunk(session, chunk_id, "late", seen=False)
            session.execute(update(ChunkRow).values(not_before=DatabaseTime(-1)))
        work_in_threads(settings, database, job_id)

    late = Meddler(open_analyzer(settings.weights_dir), be_overtaken)
    open_worker(settings, database, late).run(chunk_id, "late")
    [item] = read_items(database, job_id)
    assert read_everything(database, item.id) == reference
    counts = status(database, job_id).counts
    assert (counts.done, counts.faces) == (1, len(item.faces))


def test_a_segment_that_kills_workers_fails_its_video_alone(
    database: Database, settings: Settings, clip: Path
) -> None:
    picture = clip.parent / "a.jpg"
    picture.write_bytes(encode_scene("JPEG"))
    settings = allow(settings, clip, segment_frames=7)
    job_id = submit_videos(database, clip, picture)
    while not find_segments(database):
        run_next(settings, database)
    first, second = find_segments(database)
    open_worker(settings, database).run(first, "task")
    for _ in range(3):
        with database.write() as session:
            leased = {"state": ChunkState.LEASED, "token": "dead", "pool_child": "host:1:2"}
            session.execute(update(ChunkRow).where(ChunkRow.id == second).values(leased))
            assert rescue_chunk(session, second, "dead", seen=True)
    work_in_threads(settings, database, job_id)
    video, photo = read_items(database, job_id)
    assert video.error is not None
    assert (video.error.code, video.faces, photo.state) == ("worker_crashed", (), "done")
    counts = status(database, job_id).counts
    assert (counts.items, counts.done, counts.failed, counts.faces) == (2, 1, 1, 0)
    assert not any(count_rows(database, table) for table in (FaceRow, *VIDEO_TABLES))
    with database.write() as session:
        assert retry_job(session, job_id) == 1
    # Workers that die while they cut the video do not end it either.
    [root] = hints(database, resend_seconds=-1)
    for _ in range(2):
        assert claim(database, root, "dead") is not None
        with database.write() as session:
            assert rescue_chunk(session, root, "dead", seen=True)
            session.execute(update(ChunkRow).values(not_before=DatabaseTime(-1)))
    work_in_threads(settings, database, job_id)
    counts = status(database, job_id).counts
    assert (counts.done, counts.failed) == (2, 0)
    assert count_rows(database, TrackRow) == PEOPLE


@on_one_database
def test_a_worker_that_is_shutting_down_leaves_the_rest_of_its_segment(
    database: Database, settings: Settings, clip: Path, reference: Found
) -> None:
    settings = allow(settings, clip)
    job_id = submit_videos(database, clip)
    run_next(settings, database)
    asked: list[bool] = []

    def is_ending() -> bool:
        asked.append(True)
        return len(asked) > 6

    worker = open_worker(settings, database, is_ending=is_ending)
    worker.run(hints(database, resend_seconds=-1)[0], "task")
    with database.read() as session:
        states = select(ChunkRow.state).where(ChunkRow.kind == ChunkKind.SEGMENT)
        assert sorted(session.scalars(states)) == [ChunkState.DONE, ChunkState.WAITING]
    assert 0 < count_rows(database, FrameRow) < 14
    work_in_threads(settings, database, job_id)
    [item] = read_items(database, job_id)
    assert read_everything(database, item.id) == reference


@on_one_database
def test_a_video_whose_next_frame_is_not_reached_in_time_fails(
    database: Database, settings: Settings, clip: Path
) -> None:
    settings = allow(settings, clip)
    job_id = submit_videos(database, clip)
    run_next(settings, database)
    slow = open_worker(settings, database, work_seconds=-1.0)
    slow.run(hints(database, resend_seconds=-1)[0], "task")
    [item] = read_items(database, job_id)
    assert item.error is not None
    assert item.error.code == "too_large"


@on_one_database
def test_a_video_that_kills_workers_again_after_a_retry_fails_again(
    database: Database, settings: Settings, clip: Path
) -> None:
    job_id = submit_videos(database, clip)
    run_next(allow(settings, clip), database)
    for _ in range(2):
        for _ in range(3):
            chunk_id = hints(database, resend_seconds=-1)[0]
            assert claim(database, chunk_id, "dead") is not None
            with database.write() as session:
                assert rescue_chunk(session, chunk_id, "dead", seen=True)
                session.execute(update(ChunkRow).values(not_before=DatabaseTime(-1)))
        assert close(database) == [job_id]
        assert status(database, job_id).counts.failed == 1
        with database.write() as session:
            assert retry_job(session, job_id) == 1


@pytest.mark.parametrize("end", [cancel_job, erase_job])
def test_a_job_that_ends_early_keeps_nothing_of_an_unfinished_video(
    database: Database, settings: Settings, clip: Path, end: Callable[[Session, int], bool]
) -> None:
    settings = allow(settings, clip, segment_frames=7)
    job_id = submit_videos(database, clip)
    run_next(settings, database)
    run_next(settings, database)
    assert count_rows(database, FrameRow) == 7
    with database.write() as session:
        assert end(session, job_id)
    if end is cancel_job:
        assert close(database) == [job_id]
        counts = status(database, job_id).counts
        assert (counts.items, counts.cancelled) == (1, 1)
    else:
        with database.write() as session:
            assert remove_erased(session, job_id)
    assert not any(count_rows(database, table) for table in (FaceRow, *VIDEO_TABLES))


def test_a_segment_that_fails_after_its_job_was_cancelled_ends_as_cancelled(
    database: Database, settings: Settings, clip: Path
) -> None:
    job_id = submit_videos(database, clip)
    run_next(allow(settings, clip, segment_frames=7), database)
    chunk = claim(database, hints(database, resend_seconds=-1)[0])
    assert chunk is not None
    with database.write() as session:
        assert cancel_job(session, job_id)
    with database.write() as session:
        assert record_failure(session, chunk, Failure(ErrorCode.UNREADABLE, "It is broken."))
    assert close(database) == [job_id]
    counts = status(database, job_id).counts
    assert (counts.items, counts.cancelled, counts.failed) == (1, 1, 0)
    [item] = read_items(database, job_id)
    assert (item.state, item.error) == ("cancelled", None)
