"""What is said of a video that is joined: for how long people are seen, and what is missing."""

from collections.abc import Collection, Mapping, Sequence

import pytest

from db.item_values import ClaimedChunk, ClaimedItem, Thumbnail
from db.job_values import JobOptions
from db.states import ChunkKind
from db.video_values import JoinedVideo, StoredFrame
from models.videos.tracks import SeenFace
from tests.support.jobs import make_face
from tests.support.sample_pictures import encode_scene
from worker.settings import Settings
from worker.videos.people import THUMBNAILS_AT_ONCE, VideoRows, draw_people, join_video
from worker.videos.segments import VideoAnalysis

SIGNATURE = bytes([1]) * 128


def read_video(
    times: Sequence[float],
    duration_seconds: float | None,
    rate: float = 25.0,
    warning: str | None = None,
) -> VideoRows:
    """A video with a face in each of these frames, numbered in frames of its rate."""
    frames = [
        StoredFrame(
            place, round(seconds * rate), seconds, SIGNATURE, (SeenFace(place, make_face()),)
        )
        for place, seconds in enumerate(times)
    ]
    small = encode_scene("JPEG")
    return VideoRows(
        lambda after, limit: frames[after + 1 : after + 1 + limit],
        lambda position: small if position else None,
        640,
        duration_seconds,
        warning,
    )


def claim_join(**options: object) -> ClaimedChunk:
    item = ClaimedItem(1, "clip", "file:///clip", {})
    job = JobOptions(**options)  # type: ignore[arg-type]
    return ClaimedChunk(1, 1, "token", job, (item,), kind=ChunkKind.JOIN)


def join(
    times: Sequence[float],
    duration_seconds: float | None,
    *,
    rate: float = 25.0,
    warning: str | None = None,
    **options: float,
) -> JoinedVideo:
    rows = read_video(times, duration_seconds, rate, warning)
    return join_video(claim_join(**options), rows, lambda: False)


@pytest.mark.parametrize(
    ("duration_seconds", "options", "expected"),
    [
        (None, {}, 30.0),
        (25.0, {}, 25.0),
        (25.0, {"end_seconds": 24.0}, 24.0),
        (25.0, {"end_seconds": 60.0}, 25.0),
        (None, {"max_frames": 3}, 30.0),
    ],
    ids=["no end", "video ends", "part ends", "part goes on", "no more frames"],
)
def test_nobody_is_seen_beyond_the_end(
    duration_seconds: float | None, options: dict[str, float], expected: float
) -> None:
    video = join((0.0, 10.0, 20.0), duration_seconds, frames_per_second=0.1, **options)
    assert [track.seconds_visible for track in video.tracks] == [pytest.approx(expected)]


def every(seconds: float, stop: float) -> list[float]:
    """The times of frames so far apart."""
    return [place * seconds for place in range(round(stop / seconds))]


@pytest.mark.parametrize(
    ("times", "duration_seconds", "rate", "options"),
    [
        (every(0.5, 40), 40.0, 25.0, {}),
        (every(4.0, 40), 40.0, 0.25, {}),
        # Frames every four seconds up to 24, looked at every five: at 28 none is there any more.
        ([0.0, 8.0, 12.0, 16.0, 20.0], 28.0, 0.25, {"frames_per_second": 0.2}),
        # A screen that seldom changes, with a rate that is only at times reached.
        ([0.0, 0.5, 1.0, 6.0, 11.0], 16.0, 30.0, {}),
        (every(4.0, 40), 40.0, 0.25, {"end_seconds": 20.0}),
    ],
    ids=["whole", "slow", "slow and seldom looked at", "varying", "a part"],
)
def test_a_video_whose_last_frame_is_shown_for_long_does_not_break_off(
    times: list[float], duration_seconds: float, rate: float, options: dict[str, float]
) -> None:
    assert join(times, duration_seconds, rate=rate, **options).warning is None


@pytest.mark.parametrize(
    ("times", "rate"), [(every(0.5, 20), 25.0), (every(4.0, 20), 0.25)], ids=["usual", "slow"]
)
def test_a_video_that_ends_long_before_its_duration_breaks_off(
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
def test_a_file_that_breaks_off_within_the_part_asked_for_is_warned_of(
    options: dict[str, float], is_kept: bool
) -> None:
    stop = min(options.get("end_seconds", 20.0), 20.0)
    video = join(every(0.5, stop), None, warning="It breaks off.", **options)
    assert video.warning == ("It breaks off." if is_kept else None)


class Undecodable(VideoAnalysis):
    """Finds no frame anew."""

    def __init__(self) -> None:
        pass

    def read_small(self, *_: object) -> bytes | None:
        return None


def test_thumbnails_are_kept_some_at_a_time() -> None:
    # Of people who are each seen once, the first has no picture.
    people = 2 * THUMBNAILS_AT_ONCE + 20
    rows, chunk = read_video(every(9.0, 9 * people), None), claim_join()
    joined = join_video(chunk, rows, lambda: False)
    batches: list[list[int]] = []
    pictures: list[int] = []

    def keep(numbers: Collection[int], thumbnails: Mapping[int, Thumbnail]) -> None:
        batches.append(list(numbers))
        pictures.extend(thumbnails)

    video = draw_people(chunk, joined, rows, Undecodable(), Settings(), lambda: False, keep)
    assert [len(batch) for batch in batches] == [THUMBNAILS_AT_ONCE, THUMBNAILS_AT_ONCE, 20]
    assert [number for batch in batches for number in batch] == list(range(1, people + 1))
    assert pictures == list(range(2, people + 1))
    assert video.thumbnails == frozenset(pictures)
