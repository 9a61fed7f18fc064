"""What a file of a video says of itself, true or not: it is done, or fails with a reason."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.engine import Database
from db.job_values import CaptureSource
from db.tables.chunks import ChunkRow
from models.videos import budget
from tests.support.media.made_videos import make_video
from tests.support.media.sample_videos import (
    CODED,
    cut_off,
    decode_sample,
    forget_duration,
    make_sound,
    promise_ages,
    slow_down,
)
from tests.support.run.databases import on_one_database
from tests.support.work.jobs import hints
from tests.support.work.videos import allow, count_rows, read_items, submit_videos
from tests.support.work.worker import open_worker, work_until_done
from worker.settings import Settings
from worker.videos import cutting

ODD: dict[str, tuple[Callable[[bytes], bytes], str, int | None, str | None]] = {
    "no duration": (forget_duration, "done", 14, None),
    "ages": (promise_ages, "done", 14, None),
    "cut off": (cut_off, "done", None, "lasts 7.0 s, but nothing after"),
    "cut off without a duration": (
        lambda clip: cut_off(forget_duration(clip)),
        "done",
        None,
        "breaks off before its end",
    ),
    "sound": (lambda _: make_sound(), "unsupported", None, None),
    "head alone": (lambda clip: cut_off(clip, 0.002), "unreadable", None, None),
    **{name: (lambda _, name=name: decode_sample(name), "done", None, None) for name in CODED},
}


@on_one_database
@pytest.mark.parametrize("name", ODD)
def test_an_odd_video_is_done_or_fails_with_a_reason(
    database: Database, settings: Settings, clip: Path, name: str
) -> None:
    make, outcome, frames, warning = ODD[name]
    path = clip.parent / "odd.bin"
    path.write_bytes(make(clip.read_bytes()))
    job_id = submit_videos(database, path)
    work_until_done(allow(settings, clip, segment_frames=4), database)
    [item] = read_items(database, job_id)
    assert (item.error.code if item.error else item.state) == outcome
    assert frames is None or item.frames == frames
    assert (item.warning is None) == (warning is None)
    assert warning is None or warning in (item.warning or "")


@on_one_database
@pytest.mark.parametrize("source", CaptureSource)
def test_a_video_has_the_time_that_it_says_unless_its_job_does_not_ask(
    database: Database, settings: Settings, tmp_path: Path, source: CaptureSource
) -> None:
    path = tmp_path / "a.mp4"
    make_video(path, "-c:v", "mpeg4", "-metadata", "creation_time=2026-07-01T10:30:00Z")
    job_id = submit_videos(database, path, captured_at=source, frames_per_second=1.0)
    work_until_done(allow(settings, path), database)
    [item] = read_items(database, job_id)
    time = datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
    assert item.captured_at == (time if source is CaptureSource.EXIF else None)


@on_one_database
def test_a_header_that_promises_hours_makes_no_more_work_than_its_frames(
    database: Database, settings: Settings, clip: Path
) -> None:
    path = clip.parent / "slow.mp4"
    path.write_bytes(slow_down(decode_sample("H.264 of varying rate")))
    job_id = submit_videos(database, path)
    [root] = hints(database)
    open_worker(allow(settings, clip), database).run(root, "task")
    assert count_rows(database, ChunkRow) < 10
    work_until_done(allow(settings, clip), database)
    [item] = read_items(database, job_id)
    # By its edit list, the video ends before all frames but the first.
    assert (item.state, item.frames) == ("done", 1)
    assert (item.duration_seconds or 0) > 1000


@on_one_database
def test_too_many_frames_per_second_of_a_slow_video_are_refused(
    database: Database, settings: Settings, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few frames at more grid positions than the database could number the faces of."""
    monkeypatch.setattr(cutting, "MOST_POSITIONS", 300)
    path = clip.parent / "seconds.mp4"
    path.write_bytes(decode_sample("H.264 of varying rate"))
    for often, state in ((60.0, "done"), (200.0, "failed")):
        job_id = submit_videos(database, path, frames_per_second=often)
        work_until_done(allow(settings, clip), database)
        [item] = read_items(database, job_id)
        assert (item.state, item.frames) == (state, 8 if state == "done" else None)


@on_one_database
def test_a_video_with_too_few_key_frames_fails_with_advice(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, source = tmp_path / "a.mkv", "color=gray:size=64x48:rate=10:duration=40"
    make_video(path, "-c:v", "mpeg4", "-g", "400", source=source)
    monkeypatch.setattr(budget, "MOST_PIXELS", 200 * budget.FEWEST_PIXELS)
    job_id = submit_videos(database, path, frames_per_second=1.0)
    work_until_done(allow(settings, path, segment_frames=15), database)
    [item] = read_items(database, job_id)
    assert item.error is not None
    assert item.error.code == "too_large"
    assert "Re-encode it with a key frame every few seconds." in item.error.message
