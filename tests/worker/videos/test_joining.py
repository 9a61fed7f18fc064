"""Nobody is seen beyond the end of the video, or of the requested part."""

from dataclasses import replace

import numpy as np
import pytest

from db.video_values import StoredFrame
from models.pictures.picture import Picture
from models.tracks.fingerprints import fingerprint_frame
from models.tracks.tracks import SeenFace
from tests.support.work.jobs import make_face
from worker.videos.joining import Joiner

# Plain colors that are not blind, as white and black are.
ROOM, OTHER_ROOM = (
    fingerprint_frame(Picture(np.full((90, 160, 3), color, np.uint8), 160, 90))
    for color in ((40, 60, 160), (60, 150, 50))
)
FLASH, BLACK = (
    fingerprint_frame(Picture(np.full((90, 160, 3), gray, np.uint8), 160, 90)) for gray in (255, 0)
)


def make_frame(seconds: float, fingerprint: bytes = ROOM) -> StoredFrame:
    position = round(seconds * 10)
    return StoredFrame(position, position, seconds, fingerprint, (SeenFace(position, make_face()),))


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
        "no end", "shorter than the interval", "continues", "part ends", "video ends",
        "continues after its end", "part ends after a wrong end",
    ],
)  # fmt: skip
def test_the_last_frame_is_shown_until_the_known_end(
    times: list[float], frames_per_second: float, ends: list[float], expected: float
) -> None:
    assert see_for(times, frames_per_second, ends) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("fingerprints", "tracks"),
    [
        ([ROOM, ROOM, ROOM], 1),
        ([ROOM, FLASH, ROOM], 1),
        ([ROOM, BLACK, BLACK, ROOM], 1),
        ([ROOM, OTHER_ROOM, OTHER_ROOM], 2),
        ([ROOM, FLASH, OTHER_ROOM], 2),
        ([BLACK, ROOM, ROOM], 1),
    ],
    ids=[
        "one room",
        "a flash",
        "a moment of black",
        "a shot change",
        "a shot change in a flash",
        "opens black",
    ],
)
def test_a_person_in_another_shot_is_another_track(fingerprints: list[bytes], tracks: int) -> None:
    joiner = Joiner(2.0)
    joiner.join(make_frame(at / 2, fingerprint) for at, fingerprint in enumerate(fingerprints))
    assert len(joiner.tracks) == tracks


@pytest.mark.parametrize(("gap_seconds", "expected"), [(1.5, 1.5 + 0.5), (20.0, 0.5)])
def test_nobody_is_seen_in_a_gap_of_a_video(gap_seconds: float, expected: float) -> None:
    joiner = Joiner(2.0)
    joiner.join([make_frame(0.0), make_frame(gap_seconds)])
    assert joiner.tracks[0].seconds_visible == pytest.approx(expected)


def test_frames_that_are_seconds_apart_show_the_same_person_all_along() -> None:
    joiner = Joiner(2.0, [40.0])
    joiner.join(replace(make_frame(10.0 * number), number=number) for number in range(4))
    [track] = joiner.tracks
    assert track.faces == 4
    assert track.seconds_visible == pytest.approx(40.0)
