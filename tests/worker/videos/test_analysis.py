"""A video's people are the same however it is cut, and whichever workers analyze it."""

from pathlib import Path

import cv2
import pytest
from sqlalchemy import select

from db.engine import Database
from db.job_values import DetectionMode, Duplicates, ThumbnailKind, VideoProgress
from db.jobs.retrying import retry_job
from db.slices.bands import PRESETS
from db.slices.queries import AudienceQuery
from db.states import ChunkKind, ChunkState, JobState
from db.tables.chunks import ChunkRow
from db.tables.videos import FrameRow, TrackRow, TrackThumbnailRow
from models.nets.analyzer import load_analyzer
from models.packs.shipped_packs import read_shipped
from tests.support.media.clips import CUT_SECONDS, PEOPLE
from tests.support.media.crowds import PEOPLE as PEOPLE_IN_CROWD
from tests.support.media.crowds import draw_crowd
from tests.support.media.sample_pictures import encode_scene
from tests.support.run.databases import on_one_database
from tests.support.work.audiences import read_audience
from tests.support.work.jobs import hints, status
from tests.support.work.videos import (
    Found,
    allow,
    count_rows,
    read_everything,
    read_items,
    submit_videos,
    work_in_threads,
)
from tests.support.work.worker import open_worker, work_until_done
from worker.settings import Settings


def write_pictures(folder: Path) -> list[Path]:
    """Seven different ones: with a video, the items of one chunk."""
    pictures = [folder / f"{side}.jpg" for side in range(100, 107)]
    for number, picture in enumerate(pictures):
        picture.write_bytes(encode_scene("JPEG", 100 + number, 80))
    return pictures


def test_each_person_of_a_shot_is_one_track(
    database: Database, settings: Settings, clip: Path
) -> None:
    job_id = submit_videos(database, clip)
    work_until_done(allow(settings, clip), database)
    [item] = read_items(database, job_id)
    assert (item.state, item.error, item.warning) == ("done", None, None)
    assert (item.width_pixels, item.height_pixels, item.frames) == (640, 360, 14)
    assert {face.track for face in item.faces} == set(range(1, PEOPLE + 1))
    with database.read() as session:
        times = session.execute(select(TrackRow.first_seconds, TrackRow.last_seconds)).all()
    assert all(last < CUT_SECONDS or first >= CUT_SECONDS for first, last in times)
    job = status(database, job_id)
    assert job.state is JobState.COMPLETED
    assert (job.counts.items, job.counts.done) == (1, 1)
    assert job.counts.faces == len(item.faces)
    assert count_rows(database, FrameRow) == 0
    assert count_rows(database, TrackThumbnailRow) == PEOPLE


# The clip has 14 frames to analyze.
@pytest.mark.parametrize(("segments", "segment_frames", "workers"), [(2, 7, 1), (7, 2, 2)])
def test_segments_and_workers_change_nothing(
    database: Database,
    settings: Settings,
    clip: Path,
    reference: Found,
    segments: int,
    segment_frames: int,
    workers: int,
) -> None:
    settings = allow(settings, clip, segment_frames=segment_frames)
    job_id = submit_videos(database, clip)
    [root] = hints(database)
    open_worker(settings, database).run(root, "task")
    with database.read() as session:
        kinds = session.scalars(select(ChunkRow.kind).where(ChunkRow.id != root)).all()
    assert kinds == [ChunkKind.SEGMENT] * segments
    work_in_threads(settings, database, job_id, workers)
    [item] = read_items(database, job_id)
    assert read_everything(database, item.id) == reference
    assert status(database, job_id).state is JobState.COMPLETED


@on_one_database
def test_the_progress_of_a_video_can_be_followed(
    database: Database, settings: Settings, clip: Path
) -> None:
    settings = allow(settings, clip, segment_frames=4)
    job_id = submit_videos(database, clip)
    worker, seen = open_worker(settings, database), [status(database, job_id).videos]
    while chunk_ids := hints(database, resend_seconds=-1):
        worker.run(chunk_ids[0], "task")
        seen.append(status(database, job_id).videos)
    assert seen == [
        None,
        *(VideoProgress(1, part, None) for part in (0.0, 0.25, 0.5, 0.75, 1.0)),
        None,
    ]


@on_one_database
def test_a_video_among_pictures_gets_a_chunk_of_its_own(
    database: Database, settings: Settings, clip: Path
) -> None:
    pictures = write_pictures(clip.parent)
    job_id = submit_videos(database, pictures[0], clip, *pictures[1:])
    first = hints(database)[0]
    worker = open_worker(allow(settings, clip), database)
    worker.run(first, "task")
    with database.read() as session:
        parts = session.execute(
            select(
                ChunkRow.start, ChunkRow.stop, ChunkRow.state, ChunkRow.done, ChunkRow.ended_before
            )
            .where(ChunkRow.stop <= 2, ChunkRow.state != ChunkState.SPLIT)
            .order_by(ChunkRow.start)
        ).all()
    assert [tuple(part) for part in parts] == [(0, 1, "done", 1, 0), (1, 2, "waiting", 0, 0)]
    work_until_done(allow(settings, clip), database)
    items = read_items(database, job_id)
    assert [item.state for item in items] == ["done"] * 8
    assert [item.frames for item in items if item.frames] == [14]
    counts = status(database, job_id).counts
    assert (counts.items, counts.done, counts.faces) == (8, 8, len(items[1].faces))


@on_one_database
@pytest.mark.parametrize("duplicates", Duplicates)
def test_videos_with_the_same_bytes_count_each_or_once(
    database: Database, settings: Settings, clip: Path, duplicates: Duplicates
) -> None:
    twin = clip.parent / "twin.mkv"
    twin.write_bytes(clip.read_bytes())
    job_id = submit_videos(database, clip, twin, duplicates=duplicates)
    work_until_done(allow(settings, clip), database)
    one, other = sorted(read_items(database, job_id), key=lambda item: item.duplicate_of or 0)
    assert (one.duplicate_of, other.duplicate_of) == (None, one.id)
    once = duplicates in (Duplicates.ONCE, Duplicates.SIMILAR)
    assert len(other.faces) == (0 if once else len(one.faces))
    counts = status(database, job_id).counts
    assert (counts.done, counts.duplicates) == (2, 1)
    assert counts.faces == len(one.faces) + len(other.faces)
    for table in (TrackRow, TrackThumbnailRow):
        assert count_rows(database, table) == PEOPLE * (1 if once else 2)


@on_one_database
def test_a_video_among_pictures_that_are_done_is_retried_alone(
    database: Database, settings: Settings, clip: Path
) -> None:
    pictures = write_pictures(clip.parent)
    late = clip.parent / "late.mkv"
    late.unlink(missing_ok=True)
    job_id = submit_videos(database, pictures[0], late, *pictures[1:])
    work_until_done(allow(settings, clip), database)
    assert status(database, job_id).counts.failed == 1
    late.write_bytes(clip.read_bytes())
    with database.write() as session:
        assert retry_job(session, job_id) == 1
    work_until_done(allow(settings, clip), database)
    job = status(database, job_id)
    assert (job.state, job.counts.done, job.counts.failed) == (JobState.COMPLETED, 8, 0)
    assert read_items(database, job_id)[1].frames == 14


@on_one_database
def test_an_annotated_video_that_cannot_be_stored_costs_no_person(
    database: Database, settings: Settings, clip: Path
) -> None:
    job_id = submit_videos(database, clip, annotated_video=True)
    (settings.data_dir / "store").write_text("no folder can be made here")
    work_until_done(allow(settings, clip), database)
    [item] = read_items(database, job_id)
    assert (item.state, item.annotated_video_uri, item.error) == ("done", None, None)
    assert "No annotated video was stored" in (item.warning or "")
    assert count_rows(database, TrackRow) == PEOPLE


@on_one_database
def test_dropped_faces_are_added_up_over_frames(
    database: Database, settings: Settings, clip: Path, reference: Found
) -> None:
    settings = allow(settings, clip, segment_frames=4)
    near_sighted = load_analyzer(settings.weights_dir, read_shipped(), smallest_face_pixels=400)
    job_id = submit_videos(database, clip, thumbnails=ThumbnailKind.NONE)
    work_until_done(settings, database, near_sighted)
    [item] = read_items(database, job_id)
    assert (len(item.faces), item.dropped.too_small) == (0, len(reference[0]))
    with database.read() as session:
        audience = read_audience(session, AudienceQuery(PRESETS["marketing"]))
    assert (audience.faces, audience.funnel.faces_too_small) == (0, len(reference[0]))


@on_one_database
@pytest.mark.parametrize(
    ("options", "changes", "outcome"),
    [
        ({"start_seconds": 4.0}, {}, 6),
        ({"end_seconds": 1.0}, {}, 2),
        ({"max_frames": 3}, {}, 3),
        ({"frames_per_second": 1.0}, {}, 7),
        ({"start_seconds": 60.0}, {}, "unreadable"),
        ({}, {"max_video_frames": 13}, "too_large"),
        ({}, {"max_video_pixels": 640 * 360 - 1}, "too_large"),
        ({}, {"max_video_bytes": 1000}, "too_large"),
    ],
    ids=str,
)
def test_options_and_limits_are_respected(
    database: Database,
    settings: Settings,
    clip: Path,
    options: dict[str, object],
    changes: dict[str, object],
    outcome: object,
) -> None:
    job_id = submit_videos(database, clip, thumbnails=ThumbnailKind.NONE, **options)
    work_until_done(allow(settings, clip, segment_frames=4, **changes), database)
    [item] = read_items(database, job_id)
    assert (item.error.code if item.error else item.frames) == outcome
    assert not item.has_thumbnail


@on_one_database
def test_the_small_faces_of_large_frames_are_found_if_the_job_asks_for_them(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    frame = cv2.cvtColor(draw_crowd(settings.weights_dir), cv2.COLOR_RGB2BGR)
    path, code = tmp_path / "crowd.mkv", cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, 10.0, frame.shape[1::-1])
    for _ in range(4):
        writer.write(frame)
    writer.release()
    found = {}
    for mode in DetectionMode:
        job_id = submit_videos(database, path, detection=mode, frames_per_second=5)
        work_until_done(allow(settings, path), database)
        [item] = read_items(database, job_id)
        found[mode] = (item.frames, len(item.faces))
    assert found == {DetectionMode.NORMAL: (2, 0), DetectionMode.CROWD: (2, 2 * PEOPLE_IN_CROWD)}
