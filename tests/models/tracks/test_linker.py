"""Faces of one person become one track, whose estimates are made of all its frames."""

from dataclasses import replace

import pytest

from models.face import Box, Face
from models.tracks.linker import Linker
from models.tracks.open_track import weigh_face
from models.tracks.tracks import SeenFace, ShownFrame, Track
from tests.support.work.jobs import make_face

SIDE = 40


def face_at(
    x: float,
    y: float = 100,
    side: int = SIDE,
    years: float = 30,
    female: float = 0.9,
    quality: float = 0.9,
) -> Face:
    box = Box(round(x), round(y), side, side)
    eyes_and_mouth = ((8, 12), (30, 12), (19, 20), (10, 30), (28, 30))
    landmarks = tuple((box.x + dx, box.y + dy) for dx, dy in eyes_and_mouth)
    return replace(make_face(years, female, quality), box=box, landmarks=landmarks)


def link(frames: dict[float, list[Face]]) -> tuple[list[list[int]], list[Track]]:
    """Frames by their time, each shown for half a second; the numbers of their faces' tracks."""
    linker, tracks, numbers, ids = Linker(), [], [], 0
    for position, (seconds, faces) in enumerate(frames.items()):
        tracks += linker.close_old(seconds)
        seen = [SeenFace(ids + index, face) for index, face in enumerate(faces)]
        ids += len(faces)
        numbers.append(linker.add_frame(seen, ShownFrame(position, position * 15, seconds, 0.5)))
    return numbers, sorted(tracks + linker.close_all(), key=lambda track: track.number)


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ({}, []),
        ({0: []}, [[]]),
        ({0: [face_at(10)]}, [[1]]),
        ({0: [face_at(10)], 0.5: [face_at(20)]}, [[1], [1]]),
        ({0: [face_at(10)], 0.5: [face_at(200)]}, [[1], [2]]),
        ({0: [face_at(10)], 0.5: [face_at(10, side=90)]}, [[1], [2]]),
        # Over the way between them both stay who they are, whatever order they come in.
        ({0: [face_at(10), face_at(60)], 0.5: [face_at(62), face_at(12)]}, [[1, 2], [2, 1]]),
        # At a speed that is known by then, a face may be farther from where it was.
        ({0: [face_at(0)], 0.5: [face_at(40)], 1.5: [face_at(120)]}, [[1], [1], [1]]),
        # They pass each other, at their speeds.
        (
            {n / 2: [face_at(n * 20), face_at(200 - n * 20)] for n in range(11)},
            [[1, 2]] * 11,
        ),
        # Away for two seconds, and for longer.
        ({0: [face_at(10)], 1.0: [], 2.0: [face_at(10)]}, [[1], [], [1]]),
        ({0: [face_at(10)], 2.1: [face_at(10)]}, [[1], [2]]),
    ],
    ids=[
        "no frame", "no face", "one", "moved", "elsewhere", "grown", "swapped", "fast",
        "passing", "hidden", "gone",
    ],
)  # fmt: skip
def test_a_face_goes_on_with_its_track(frames: dict[float, list[Face]], expected: object) -> None:
    assert link(frames)[0] == expected


def test_of_two_faces_the_nearer_goes_on_even_where_it_comes_second() -> None:
    numbers, _ = link({0: [face_at(10)], 0.5: [face_at(40), face_at(14)]})
    assert numbers == [[1], [2, 1]]


def test_a_person_goes_on_between_frames_that_are_far_apart() -> None:
    linker = Linker(interval_seconds=4.0)
    for position in range(3):
        seconds = 4.0 * position
        assert linker.close_old(seconds) == []
        seen = [SeenFace(position, face_at(10))]
        assert linker.add_frame(seen, ShownFrame(position, position, seconds, 4.0)) == [1]
    assert [track.number for track in linker.close_old(19.0)] == [1]


def test_a_track_is_closed_at_a_cut() -> None:
    linker = Linker()
    linker.add_frame([SeenFace(0, face_at(10))], ShownFrame(0, 0, 0.0, 0.5))
    assert [track.number for track in linker.close_all()] == [1]
    assert linker.add_frame([SeenFace(1, face_at(10))], ShownFrame(1, 15, 0.5, 0.5)) == [2]


def test_a_track_says_when_and_for_how_long_a_person_was_seen() -> None:
    frames = {0: [face_at(10)], 0.5: [face_at(10)], 1.0: [], 1.5: [face_at(10)]}
    _, [track] = link(frames)
    assert (track.first_seconds, track.last_seconds, track.faces) == (0, 1.5, 3)
    assert track.seconds_visible == 1.5


def test_frames_that_show_more_count_for_more() -> None:
    poor, good = face_at(10, years=20, quality=0.5), face_at(14, years=40)
    _, [track] = link({0: [poor], 0.5: [good], 1.0: [poor]})
    weights = weigh_face(poor), weigh_face(good)
    expected = (2 * weights[0] * 20 + weights[1] * 40) / (2 * weights[0] + weights[1])
    assert expected > 31
    assert track.age.years == pytest.approx(expected, abs=0.06)
    assert track.spread_years == pytest.approx(10, abs=1)
    assert (track.best.face, track.best_position, track.best_frame) == (good, 1, 15)
    assert track.age.low <= track.age.years <= track.age.high


@pytest.mark.parametrize(
    ("ages", "spread"),
    [
        ((33.3, 33.3, 33.4), 0.05),
        ((33.3,) * 7, 0.0),
        ((20.0, 40.0), 10.0),
        ((99.9, 99.8) * 1000, 0.05),
    ],
    ids=["nearly alike", "alike", "far apart", "many"],
)
def test_the_spread_of_ages_is_that_between_frames(ages: tuple[float, ...], spread: float) -> None:
    _, [track] = link({n / 2: [face_at(10, years=years)] for n, years in enumerate(ages)})
    assert track.spread_years == spread


def test_a_person_is_judged_if_one_face_is_clear_enough() -> None:
    unclear, clear = face_at(10, quality=0.2), face_at(10, quality=0.7)
    for faces, judged in (([unclear, unclear], False), ([unclear, clear, unclear], True)):
        _, [track] = link({n / 2: [face] for n, face in enumerate(faces)})
        assert track.judged is judged
        assert track.gender_value(0.6) == ("female" if judged else "unknown")


def test_faces_without_any_quality_still_have_a_mean_age() -> None:
    _, [track] = link({n / 2: [face_at(10, years=20 + n, quality=0.0)] for n in range(3)})
    assert track.age.years == 21


def test_of_faces_of_the_same_quality_the_best_is_the_most_certain() -> None:
    faces = [replace(face_at(10), score=score) for score in (0.8, 0.95, 0.9)]
    _, [track] = link({n / 2: [face] for n, face in enumerate(faces)})
    assert track.best.face.score == 0.95


@pytest.mark.parametrize(
    ("females", "low", "high"),
    [
        ((0.9, 0.9, 0.9), 0.899, 0.901),
        ((0.99, 0.4), 0.85, 0.9),
        ((0.5, 0.5), 0.499, 0.501),
        ((1.0, 0.0), 0.499, 0.501),
        ((1.0, 1.0), 0.98, 0.991),
    ],
    ids=["alike", "one is sure", "none knows", "both are sure", "no frame is all"],
)
def test_gender_is_pooled_over_frames(females: tuple[float, ...], low: float, high: float) -> None:
    frames = {n / 2: [face_at(10, female=female)] for n, female in enumerate(females)}
    _, [track] = link(frames)
    assert low <= track.gender.female <= high
