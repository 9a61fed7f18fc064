"""For how long a person is seen ends with the video, and with the part that was asked for."""

import pytest
from jobs_for_tests import make_face

from db.video_values import StoredFrame
from models.tracks import SeenFace
from worker.joining import Joiner

SIGNATURE = bytes([1]) * 128


def make_frame(seconds: float) -> StoredFrame:
    place = round(seconds * 10)
    return StoredFrame(place, place, seconds, SIGNATURE, (SeenFace(place, make_face()),))


def see_for(times: list[float], frames_per_second: float, ends: list[float]) -> float:
    joiner = Joiner(frames_per_second, ends)
    joiner.join(map(make_frame, times))
    [track] = joiner.tracks
    return track.seconds_visible


@pytest.mark.parametrize(
    ("times", "frames_per_second", "ends", "expected"),
    [
        ([0.0], 0.1, [], 10.0),
        ([0.0], 0.1, [2.5], 2.5),
        ([0.0], 0.1, [12.5], 10.0),
        ([0.0, 0.5], 2, [60.0, 0.8], 0.8),
        ([0.0, 0.5], 2, [0.7, 60.0], 0.7),
        ([0.0, 0.5], 2, [0.4], 1.0),
        ([0.0, 0.5], 2, [0.4, 0.8], 0.8),
    ],
    ids=[
        "no end", "shorter than the interval", "goes on", "part ends", "video ends",
        "goes on behind its end", "part ends behind a wrong end",
    ],
)  # fmt: skip
def test_the_last_frame_is_shown_until_the_end_that_is_known(
    times: list[float], frames_per_second: float, ends: list[float], expected: float
) -> None:
    assert see_for(times, frames_per_second, ends) == pytest.approx(expected)
