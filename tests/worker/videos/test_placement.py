"""Where the annotated video draws its boxes between the analyzed frames."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from models.pictures.picture import Picture
from models.tracks.fingerprints import fingerprint_frame
from tests.support.work.worker import LooseChunk, make_chunk
from worker.videos import placement
from worker.videos.placement import Moment, place_people, skip_moments

WIDTH, HEIGHT, FACE = 320, 180, 50
FRAMES = 13
Frames = list[tuple[float, np.ndarray]]


def blur_noise(seed: int, height: int, width: int, brightest: int) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, brightest, (height, width, 3))
    return cv2.GaussianBlur(noise.astype(np.uint8), (0, 0), 3)


BACKGROUNDS = [blur_noise(1, HEIGHT, WIDTH, 60), blur_noise(2, HEIGHT, WIDTH, 60) + 120]
PATTERN = blur_noise(3, FACE, FACE, 255) * 1.2


def run_faster(number: int) -> tuple[int, int]:
    """A person who starts to run, and does not move evenly."""
    return 20 + round(1.4 * number**2), 60


def draw(number: int, shot: int = 0) -> np.ndarray:
    frame = BACKGROUNDS[shot].astype(np.uint8)
    x, y = run_faster(number)
    frame[y : y + FACE, x : x + FACE] = np.clip(PATTERN, 0, 255)
    return frame


def find_box(number: int) -> np.ndarray:
    x, y = run_faster(number)
    return np.array([x, y, x + FACE, y + FACE]) / WIDTH


def analyze(number: int, frames: Frames, *tracks: int) -> Moment:
    seconds, bgr = frames[number]
    fingerprint = fingerprint_frame(Picture(np.ascontiguousarray(bgr[:, :, ::-1]), WIDTH, HEIGHT))
    return Moment(seconds, fingerprint, {track: find_box(number) for track in tracks})


def run(frames: Frames, *moments: Moment) -> list[placement.Boxes]:
    annotated = place_people(
        ((at, bgr.copy()) for at, bgr in frames), iter(moments), LooseChunk(make_chunk())
    )
    return [boxes for _, _, boxes in annotated]


def shoot(shots: list[int]) -> Frames:
    return [(number / 25, draw(number, shot)) for number, shot in enumerate(shots)]


def miss(boxes: placement.Boxes, number: int, track: int = 1) -> float:
    """The distance of the box from the face, in sides of the face."""
    return float(np.abs(boxes[track] - find_box(number)).max()) * WIDTH / FACE


def test_a_box_stays_on_a_face_that_does_not_move_evenly() -> None:
    frames = shoot([0] * FRAMES)
    found = run(frames, analyze(0, frames, 1), analyze(12, frames, 1))
    assert len(found) == FRAMES
    assert max(miss(boxes, number) for number, boxes in enumerate(found)) < 0.1
    # In a straight line it would have been off by a whole face.
    assert miss({1: (find_box(0) + find_box(12)) / 2}, 6) > 0.9


def test_people_in_one_of_two_frames_are_shown_up_to_half_way() -> None:
    frames = shoot([0] * FRAMES)
    leaving = run(frames, analyze(0, frames, 1), analyze(12, frames))
    assert [len(boxes) for boxes in leaving] == [1] * 6 + [0] * 7
    coming = run(frames, analyze(0, frames), analyze(12, frames, 1))
    assert [len(boxes) for boxes in coming] == [0] * 6 + [1] * 7
    assert max(miss(boxes, number) for number, boxes in enumerate(coming) if boxes) < 0.1


def test_boxes_change_at_the_cut_between_two_frames() -> None:
    frames = shoot([0] * 4 + [1] * 9)
    found = run(frames, analyze(0, frames, 1), analyze(12, frames, 2))
    assert [list(boxes) for boxes in found] == [[1]] * 4 + [[2]] * 9
    tracks = [1] * 4 + [2] * 9
    assert all(
        miss(boxes, number, track) < 0.1
        for number, (boxes, track) in enumerate(zip(found, tracks, strict=True))
    )


def test_the_box_of_a_face_that_is_lost_moves_in_a_straight_line() -> None:
    frames = shoot([0] * FRAMES)
    random = np.random.default_rng(4)
    covered = [
        (at, random.integers(0, 255, bgr.shape).astype(np.uint8) if 2 < number < 10 else bgr)
        for number, (at, bgr) in enumerate(frames)
    ]
    found = run(covered, analyze(0, frames, 1), analyze(12, frames, 1))
    assert np.allclose(found[6][1], (find_box(0) + find_box(12)) / 2)
    assert miss(found[1], 1) < 0.1
    assert miss(found[11], 11) < 0.1


def test_frames_far_apart_do_not_pile_up_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "MOST_WAITING", 4)
    frames = shoot([0] * FRAMES)
    read = 0

    def count() -> Iterator[tuple[float, np.ndarray]]:
        nonlocal read
        for frame in frames:
            read += 1
            yield frame

    moments = iter([analyze(0, frames, 1), analyze(12, frames, 1)])
    given = 0
    for number, (_, _, boxes) in enumerate(
        place_people(count(), moments, LooseChunk(make_chunk()))
    ):
        given += 1
        assert read - given <= 4
        assert miss(boxes, number) < 0.1
    assert given == FRAMES


def test_people_are_followed_after_the_last_analyzed_frame() -> None:
    frames = shoot([0] * FRAMES)
    found = run(frames, analyze(0, frames, 1), analyze(6, frames, 1))
    assert max(miss(boxes, number) for number, boxes in enumerate(found)) < 0.15


def test_nobody_is_followed_into_a_frame_of_another_size() -> None:
    frames = shoot([0] * FRAMES)
    frames[6:] = [(at, cv2.resize(bgr, (160, 90))) for at, bgr in frames[6:]]
    found = run(frames, analyze(0, frames, 1))
    assert [len(boxes) for boxes in found] == [1] * 6 + [0] * 7


def test_stopping_leaves_out_the_frames_that_wait_for_their_next_moment() -> None:
    frames = shoot([0] * FRAMES)
    asked = iter([False] * 8 + [True])
    moments = iter([analyze(0, frames, 1), analyze(5, frames, 1), analyze(12, frames, 1)])
    annotated = list(place_people(iter(frames), moments, LooseChunk(make_chunk(), asked)))
    assert [at for at, _, _ in annotated] == [at for at, _ in frames[:5]]


@pytest.mark.parametrize(
    ("seconds", "left", "since"),
    [(-1.0, 3, None), (0.0, 3, 0.0), (1.5, 2, 1.0), (9.0, 1, 2.0)],
    ids=["before all", "the first", "between", "after all"],
)
def test_moments_are_skipped_up_to_the_last_one_before(
    seconds: float, left: int, since: float | None
) -> None:
    moments = [Moment(float(number), b"", {}) for number in range(3)]
    rest, found = skip_moments(iter(moments), seconds)
    assert (list(rest), found) == (moments[-left:], since)


def test_there_may_be_no_moment_at_all() -> None:
    rest, found = skip_moments(iter([]), 1.0)
    assert (list(rest), found) == ([], None)
