"""The annotated video: drawn in clips, left and resumed, and joined."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from time import sleep

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import select

from db.engine import Database
from db.job_values import VideoProgress
from db.jobs.cancelling import cancel_job
from db.jobs.erasure import erase_job
from db.states import ChunkKind, ChunkState, JobState
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow
from db.tables.videos import VIDEO_TABLES, AnnotatedVideoRow, TrackRow
from models import blocks
from tests.support.answers.http import stored_files
from tests.support.media.clips import PEOPLE
from tests.support.media.made_videos import read_frames
from tests.support.run.databases import on_one_database
from tests.support.work.jobs import claim, close, crash, hints, status
from tests.support.work.videos import (
    allow,
    count_rows,
    read_items,
    settle,
    submit_videos,
    work_in_threads,
)
from tests.support.work.worker import open_worker, work_until_done
from worker import lease
from worker.dispatcher.dispatcher import Dispatcher
from worker.settings import Settings
from worker.sources.store import Store
from worker.videos import annotated_video, drawing, runner

FRAMES = 70
Frames = list[NDArray[np.uint8]]


pytestmark = pytest.mark.usefixtures("short_clips")


@pytest.fixture(scope="module")
def whole(clip: Path, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """The clip as it is drawn at once, in one piece."""
    settings = settle(tmp_path_factory.mktemp("whole"), clip, migrated_sqlite)
    with closing(Database(settings.database_url)) as database:
        submit_videos(database, clip, annotated_video=True)
        work_until_done(settings, database)
    [kept] = stored_files(settings)
    return list(read_frames(kept))


def test_an_annotated_video_that_is_left_is_resumed(
    database: Database, settings: Settings, clip: Path, whole: Frames
) -> None:
    settings = allow(settings, clip)
    job_id, root = begin(database, settings, clip)
    drawn = []
    for frames in (20, 1, 30):
        run_for(settings, database, root, frames)
        drawn.append(read_progress(database))
    # A clip that was left early is stored as well: nothing is drawn twice. Drawing is left at an
    # analyzed frame, every half second.
    assert drawn == [(2, 1.9), (3, 2.4), (5, 5.4)]
    assert status(database, job_id).videos == VideoProgress(1, 1.0, pytest.approx(5.4 / 7))
    work_in_threads(settings, database, job_id)
    [item] = read_items(database, job_id)
    assert (item.state, item.warning) == ("done", None)
    [kept] = stored_files(settings)
    frames = list(read_frames(kept))
    assert len(frames) == len(whole) == FRAMES
    assert all(differ(one, other) < 3 for one, other in zip(frames, whole, strict=True))
    assert count_rows(database, AnnotatedVideoRow) == 0


@on_one_database
def test_the_annotated_video_has_only_the_requested_part(
    database: Database, settings: Settings, clip: Path, whole: Frames
) -> None:
    settings = allow(settings, clip)
    job_id, root = begin(database, settings, clip, start_seconds=2.0, end_seconds=5.0)
    run_for(settings, database, root, 20)
    assert status(database, job_id).videos == VideoProgress(1, 1.0, pytest.approx(1.9 / 3))
    work_in_threads(settings, database, job_id)
    [kept] = stored_files(settings)
    frames = list(read_frames(kept))
    assert len(frames) == 30
    assert differ(frames[0], whole[20]) < 20


@on_one_database
def test_a_worker_that_dies_leaves_the_clips_it_has_stored(
    database: Database, settings: Settings, clip: Path
) -> None:
    settings = allow(settings, clip)
    job_id, root = begin(database, settings, clip)
    run_for(settings, database, root, 40)
    dead = claim(database, root)
    assert dead is not None
    assert crash(database, dead)
    assert run_for(settings, database, root, FRAMES) == FRAMES - 40
    close(database)
    [item] = read_items(database, job_id)
    assert (item.state, item.warning) == ("done", None)
    assert [len(list(read_frames(path))) for path in stored_files(settings)] == [FRAMES]


def test_a_cancelled_job_keeps_no_clip(database: Database, settings: Settings, clip: Path) -> None:
    settings = allow(settings, clip)
    job_id, root = begin(database, settings, clip)
    run_for(settings, database, root, 20)
    with database.write() as session:
        assert cancel_job(session, job_id)
    assert close(database) == [job_id]
    assert status(database, job_id).state is JobState.CANCELLED
    assert not any(count_rows(database, table) for table in VIDEO_TABLES)
    # The files are erased with the job: they are in one of its folders.
    with database.read() as session:
        store_folders = session.scalars(select(JobRow.store_folders)).one()
    assert {path.parent.name for path in stored_files(settings)} == set(store_folders)


@on_one_database
def test_an_annotated_video_without_time_costs_no_person(
    database: Database, settings: Settings, clip: Path
) -> None:
    settings = allow(settings, clip)
    job_id, root = begin(database, settings, clip)
    open_worker(settings, database, work_seconds=-1.0).run(root, "task")
    [item] = read_items(database, job_id)
    assert (item.state, item.annotated_video_uri, item.error) == ("done", None, None)
    assert "No annotated video was stored: no frame was drawn" in (item.warning or "")
    assert count_rows(database, TrackRow) == PEOPLE
    assert stored_files(settings) == []


def test_a_job_that_is_erased_while_its_video_is_drawn_leaves_nothing(
    database: Database, settings: Settings, clip: Path
) -> None:
    settings = allow(settings, clip)
    job_id, root = begin(database, settings, clip)
    dispatcher = plan_dispatcher(database, settings)

    def erase() -> None:
        with database.write() as session:
            assert erase_job(session, job_id)
        for part in (dispatcher._eraser.erase, dispatcher._fold, dispatcher._eraser.erase):
            part()

    run_for(settings, database, root, FRAMES, meanwhile=(40, erase))
    with database.read() as session:
        [job] = session.scalars(select(JobRow))
        assert job.erased_at is not None
    assert stored_files(settings) == []


@on_one_database
def test_a_lease_is_renewed_while_an_annotated_video_is_stored(
    database: Database, settings: Settings, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = allow(settings, clip)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 2048)
    monkeypatch.setattr(lease, "RENEWALS_PER_LEASE", 6000)
    _, root = begin(database, settings, clip)
    read = annotated_video._RenewingFile.read
    ends: set[datetime | None] = set()

    def read_slowly(file: annotated_video._RenewingFile, size: int) -> bytes:
        if len(ends) < 4:
            sleep(2 * settings.lease_seconds / lease.RENEWALS_PER_LEASE)
            with database.read() as session:
                ends.add(session.get_one(ChunkRow, root).lease_until)
        return read(file, size)

    monkeypatch.setattr(annotated_video._RenewingFile, "read", read_slowly)
    open_worker(settings, database).run(root, "task")
    assert len(ends) == 4
    with database.read() as session:
        assert session.get_one(ChunkRow, root).state == ChunkState.DONE


@on_one_database
def test_a_join_that_takes_all_its_time_ends_without_an_annotated_video(
    database: Database, settings: Settings, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = allow(settings, clip)
    job_id, root = begin(database, settings, clip)
    join = runner.join_video

    def join_slowly(*arguments: object) -> object:
        sleep(0.3)
        return join(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(runner, "join_video", join_slowly)
    open_worker(settings, database, work_seconds=0.2).run(root, "task")
    [item] = read_items(database, job_id)
    assert (item.state, item.annotated_video_uri) == ("done", None)
    assert "No annotated video was stored" in (item.warning or "")


def begin(database: Database, settings: Settings, clip: Path, **options: float) -> tuple[int, int]:
    """A job whose video is analyzed, and the chunk that joins it."""
    job_id = submit_videos(database, clip, annotated_video=True, **options)
    for _ in range(2):
        for chunk_id in hints(database, resend_seconds=-1):
            open_worker(settings, database).run(chunk_id, "task")
    with database.read() as session:
        root = select(ChunkRow).where(ChunkRow.kind == ChunkKind.JOIN)
        chunk = session.scalars(root).one()
        assert chunk.state == ChunkState.WAITING
        return job_id, chunk.id


def plan_dispatcher(database: Database, settings: Settings) -> Dispatcher:
    return Dispatcher(database, None, Store(settings.store_url), 30)  # type: ignore[arg-type]


def run_for(
    settings: Settings,
    database: Database,
    root: int,
    frames: int,
    meanwhile: tuple[int, Callable[[], None]] | None = None,
) -> int:
    """Run a worker that shuts down when it has drawn this many frames; returns how many it drew.

    `meanwhile` is a number of drawn frames, and what happens then.
    """
    drawn: list[object] = []
    draw = drawing._draw

    def count(bgr: NDArray[np.uint8], people: Sequence[object]) -> None:
        drawn.append(people)
        if meanwhile is not None and len(drawn) == meanwhile[0]:
            meanwhile[1]()
        draw(bgr, people)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "_draw", count)
        ending = open_worker(settings, database, is_ending=lambda: len(drawn) >= frames)
        ending.run(root, "task")
    return len(drawn)


def read_progress(database: Database) -> tuple[int, float]:
    with database.read() as session:
        row = session.scalars(select(AnnotatedVideoRow)).one()
        return row.clips, round(row.drawn_seconds or 0, 3)


def differ(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())
