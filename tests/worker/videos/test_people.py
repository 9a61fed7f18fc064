"""A joined video reports for how long people are seen, and what is missing."""

from collections.abc import Sequence

import pytest

from db.item_values import ClaimedItem
from db.states import ChunkKind
from db.video_values import JoinedVideo, StoredFrame
from models.tracks.tracks import SeenFace
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.jobs import make_face
from tests.support.work.worker import LooseChunk, make_chunk
from worker.settings import Settings
from worker.videos.analysis import VideoAnalysis
from worker.videos.people import THUMBNAILS_PER_BATCH, draw_people, join_video
from worker.videos.rows import VideoRows

FINGERPRINT = bytes([1]) * 128


class Rows(VideoRows):
    """A video with a face in each of these frames, numbered in frames of its rate."""

    def __init__(
        self,
        times: Sequence[float],
        duration_seconds: float | None,
        rate: float = 25.0,
        warning: str | None = None,
    ) -> None:
        self._frames = [
            StoredFrame(
                position,
                round(seconds * rate),
                seconds,
                FINGERPRINT,
                (SeenFace(position, make_face()),),
            )
            for position, seconds in enumerate(times)
        ]
        self._small = encode_scene("JPEG")
        self.width_pixels, self.duration_seconds, self.warning = 640, duration_seconds, warning

    def read_frames(self, after: int, limit: int) -> list[StoredFrame]:
        return self._frames[after + 1 : after + 1 + limit]

    def read_small(self, position: int) -> bytes | None:
        return self._small if position else None


def hold_join(**options: object) -> LooseChunk:
    item = ClaimedItem(1, "clip", "file:///clip", {})
    return LooseChunk(make_chunk(item, kind=ChunkKind.JOIN, **options))


def join(
    times: Sequence[float],
    duration_seconds: float | None,
    *,
    rate: float = 25.0,
    warning: str | None = None,
    **options: float,
) -> JoinedVideo:
    return join_video(hold_join(**options), Rows(times, duration_seconds, rate, warning))


@pytest.mark.parametrize(
    ("duration_seconds", "options", "expected"),
    [
        (None, {}, 30.0),
        (25.0, {}, 25.0),
        (25.0, {"end_seconds": 24.0}, 24.0),
        (25.0, {"end_seconds": 60.0}, 25.0),
        (None, {"max_frames": 3}, 30.0),
    ],
    ids=["no end", "video ends", "part ends", "part continues", "no more frames"],
)
def test_nobody_is_seen_beyond_the_end(
    duration_seconds: float | None, options: dict[str, float], expected: float
) -> None:
    video = join((0.0, 10.0, 20.0), duration_seconds, frames_per_second=0.1, **options)
    assert [track.seconds_visible for track in video.tracks] == [pytest.approx(expected)]


def every(seconds: float, stop: float) -> list[float]:
    """The times of frames this far apart."""
    return [number * seconds for number in range(round(stop / seconds))]


@pytest.mark.parametrize(
    ("times", "duration_seconds", "rate", "options"),
    [
        (every(0.5, 40), 40.0, 25.0, {}),
        (every(4.0, 40), 40.0, 0.25, {}),
        # Frames every four seconds up to 24, analyzed every five: at 28 there is none any more.
        ([0.0, 8.0, 12.0, 16.0, 20.0], 28.0, 0.25, {"frames_per_second": 0.2}),
        # A screen that seldom changes, and seldom reaches its rate.
        ([0.0, 0.5, 1.0, 6.0, 11.0], 16.0, 30.0, {}),
        (every(4.0, 40), 40.0, 0.25, {"end_seconds": 20.0}),
    ],
    ids=["whole", "slow", "slow and seldom analyzed", "varying", "a part"],
)
def test_a_last_frame_that_is_shown_for_long_is_no_early_end(
    times: list[float],
    duration_seconds: float,
    rate: float,
    options: dict[str, float],
) -> None:
    assert join(times, duration_seconds, rate=rate, **options).warning is None


@pytest.mark.parametrize(
    ("times", "rate"), [(every(0.5, 20), 25.0), (every(4.0, 20), 0.25)], ids=["usual", "slow"]
)
def test_a_video_that_ends_long_before_its_duration_has_a_warning(
    times: list[float], rate: float
) -> None:
    warning = join(times, 40.0, rate=rate).warning
    assert f"lasts 40.0 s, but nothing after {times[-1]:.1f} s can be read" in (warning or "")


@pytest.mark.parametrize(
    ("options", "is_kept"),
    [
        ({}, True),
        ({"end_seconds": 30.0}, True),
        ({"end_seconds": 21.0}, True),
        ({"end_seconds": 20.0}, False),
        ({"end_seconds": 10.0}, False),
        ({"max_frames": 40}, False),
        ({"max_frames": 41}, True),
    ],
    ids=str,
)
def test_a_file_that_breaks_off_has_a_warning_if_the_requested_part_reaches_that_far(
    options: dict[str, float], is_kept: bool
) -> None:
    stop = min(options.get("end_seconds", 20.0), 20.0)
    video = join(every(0.5, stop), None, warning="It breaks off.", **options)
    assert video.warning == ("It breaks off." if is_kept else None)


class Undecodable(VideoAnalysis):
    """Cannot decode a frame again."""

    def __init__(self) -> None:
        pass

    def find_small(self, *_: object) -> bytes | None:
        return None


def test_thumbnails_are_drawn_in_batches() -> None:
    # Of people who are each seen once, the first has no picture.
    people = 2 * THUMBNAILS_PER_BATCH + 20
    rows, held = Rows(every(9.0, 9 * people), None), hold_join()
    tracks = join_video(held, rows).tracks
    batches = list(draw_people(held, tracks, rows, Undecodable(), Settings()))
    assert [len(batch) for batch in batches] == [THUMBNAILS_PER_BATCH, THUMBNAILS_PER_BATCH, 20]
    drawn = [pair for batch in batches for pair in batch.items()]
    assert [number for number, _ in drawn] == list(range(1, people + 1))
    assert [number for number, one in drawn if one is not None] == list(range(2, people + 1))
