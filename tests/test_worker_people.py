"""What is said of a video that is joined: for how long people are seen, and what is missing."""

from collections.abc import Sequence

import pytest
from jobs_for_tests import make_face

from db.states import ChunkKind
from db.values import ClaimedChunk, ClaimedItem, JobOptions
from db.video_values import JoinedVideo, StoredFrame
from models.tracks import SeenFace
from worker.people import VideoRows, join_video

SIGNATURE = bytes([1]) * 128


def join(
    times: Sequence[float],
    duration_seconds: float | None,
    *,
    rate: float = 25.0,
    warning: str | None = None,
    **options: float,
) -> JoinedVideo:
    """A video with a face in each of these frames, numbered in frames of its rate."""
    frames = [
        StoredFrame(
            place, round(seconds * rate), seconds, SIGNATURE, (SeenFace(place, make_face()),)
        )
        for place, seconds in enumerate(times)
    ]
    rows = VideoRows(
        lambda after, limit: frames[after + 1 : after + 1 + limit],
        lambda position: None,
        640,
        duration_seconds,
        warning,
    )
    item = ClaimedItem(1, "clip", "file:///clip", {})
    job = JobOptions(**options)  # type: ignore[arg-type]
    chunk = ClaimedChunk(1, 1, "token", job, (item,), kind=ChunkKind.JOIN)
    return join_video(chunk, rows, lambda: False)


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
