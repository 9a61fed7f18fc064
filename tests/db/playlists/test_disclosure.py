"""What playlists show of few people, also to those who make many that differ by seconds."""

import itertools
from random import Random

import pytest

from db.engine import Database
from db.playlists.values import Viewers
from db.states import Count
from tests.support.work.jobs import make_face
from tests.support.work.playlists import ask, counts, film, make_playlist, stay, take_photos

MIN_CELL = 5
WOMAN, MAN = make_face(30, 0.95), make_face(50, 0.05)


def test_small_counts_are_withheld_and_others_rounded(database: Database) -> None:
    job_id = take_photos(database, (1, [WOMAN] * 8 + [MAN] * 4), (11, [MAN] * 12))
    spots = ((0, 10, "A", ""), (10, 20, "B", ""))
    found = ask(database, make_playlist(database, Viewers((job_id,)), *spots), min_cell=MIN_CELL)
    assert counts(found) == {("A", "female"): 10, ("A", "male"): None, ("B", "male"): 10}
    assert (found.viewers, found.others) == (25, 0)
    withheld = next(one for one in found.table.groups if one.faces is None)
    assert (withheld.share, withheld.share_within, withheld.soft_share) == (None, None, None)


def test_times_of_few_people_are_withheld(database: Database) -> None:
    people = [(WOMAN, stay(1, 3)) for _ in range(60)] + [(MAN, stay(1, 4)) for _ in range(20)]
    job_id = film(database, *people)
    playlist = make_playlist(database, Viewers((job_id,)), (0, 10, "A", ""))
    found = ask(database, playlist, Count.SECONDS, MIN_CELL)
    times = {one.gender: one.screen_time for one in found.table.groups if one.faces}
    assert times["female"] is not None
    assert (times["female"].seconds, times["female"].attention) == (120.0, 1.0)
    assert times["male"] is not None
    assert times["male"].seconds is None


@pytest.mark.parametrize("count", [Count.PEOPLE, Count.SECONDS])
def test_many_short_playlists_tell_no_more_than_multiples(database: Database, count: Count) -> None:
    """A boundary that moves second by second passes one person at a time: each answer is the same
    as the one before, or differs by whole multiples; nothing in it follows the single person."""
    chance = Random(5)
    seconds = sorted(chance.uniform(0, 60) for _ in range(40))
    people = [(chance.choice((WOMAN, MAN)), stay(at, at + 1)) for at in seconds]
    job_id = film(database, *people)
    answers = []
    for boundary in range(20, 32):
        spots = ((0, boundary, "A", ""), (boundary, 61, "B", ""))
        playlist = make_playlist(database, Viewers((job_id,)), *spots)
        answers.append(ask(database, playlist, count, MIN_CELL))
    for found in answers:
        published = [*counts(found).values(), found.viewers, found.others]
        assert all(one is None or one % MIN_CELL == 0 for one in published)
        for group in found.table.groups:
            assert group.screen_time is None or group.screen_time.seconds is None
    for before, after in itertools.pairwise(answers):
        for one, other in zip(before.table.groups, after.table.groups, strict=True):
            changes = (other.faces or 0) - (one.faces or 0)
            assert changes % MIN_CELL == 0
