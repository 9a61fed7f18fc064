"""Who saw each content: photographs, videos and live sources, joined by time."""

from collections import defaultdict
from datetime import timedelta
from random import Random

import pytest

from db.counts.sightings import SeenSeconds, Sighting, record_sightings
from db.counts.totals import count_face
from db.engine import Database
from db.job_values import NewJob
from db.jobs.erasure import erase_job
from db.playlists.values import Viewers
from db.presence import columns
from db.slices.queries import AudienceTooLarge
from db.states import Count
from db.submissions.drafts import create_draft
from models.face import Face
from tests.support.work.jobs import make_face
from tests.support.work.playlists import (
    NOON,
    after_noon,
    ask,
    counts,
    film,
    make_playlist,
    stay,
    take_photos,
)

WOMAN, MAN, BLURRED = make_face(30, 0.95), make_face(50, 0.05), make_face(30, 0.9, quality=0.1)


def test_a_photograph_counts_for_what_ran_when_it_was_taken(database: Database) -> None:
    job_id = take_photos(
        database,
        (0, [WOMAN, MAN, BLURRED]),
        (9.999, [WOMAN]),
        (10, [MAN]),
        (25, [MAN, MAN]),
        (40, [MAN]),
        (None, [WOMAN]),
    )
    spots = ((10, 20, "B", ""), (0, 10, "A", ""), (30, 40, "A", ""))
    playlist = make_playlist(database, Viewers((job_id,)), *spots)
    found = ask(database, playlist)
    assert counts(found) == {("A", "female"): 2, ("A", "male"): 1, ("B", "male"): 1}
    assert (found.viewers, found.others, found.undated) == (4, 2, 1)
    assert found.table.too_unclear == 1
    assert [(one.content, one.spots, one.seconds) for one in found.airtimes] == [
        ("B", 1, 10.0),
        ("A", 2, 20.0),
    ]


def test_a_person_in_a_video_has_seconds_and_attention_in_each_spot(database: Database) -> None:
    seen = {**stay(5, 10), **stay(10, 14, yaw=60.0), **stay(30, 31)}
    job_id = film(database, (WOMAN, seen), (MAN, stay(12, 13)), (BLURRED, stay(0, 20)), at=100)
    spots = ((100, 110, "A", ""), (110, 120, "B", ""), (130, 140, "A", ""))
    found = ask(database, make_playlist(database, Viewers((job_id,)), *spots), Count.SECONDS)
    groups = {(one.dimensions["content"], one.gender): one for one in found.table.groups}
    times = {
        key: (one.screen_time.seconds, one.screen_time.attention)
        for key, one in groups.items()
        if one.faces and one.screen_time
    }
    assert times == {
        ("A", "female"): (6.0, 1.0),
        ("B", "female"): (4.0, 0.0),
        ("B", "male"): (1.0, 1.0),
    }
    assert groups["B", "female"].share_within.value == pytest.approx(0.8)  # type: ignore[union-attr]
    assert (found.viewers, found.others) == (2, 0)


def test_a_spot_is_seen_only_in_front_of_its_screen(database: Database) -> None:
    lyon = take_photos(database, (1, [WOMAN]), store="Lyon")
    nice = take_photos(database, (1, [MAN]), (2, [MAN]), store="Nice")
    nowhere = take_photos(database, (1, [WOMAN]))
    spots = ((0, 10, "A", "Lyon"), (0, 10, "B", "Nice"))
    viewers = Viewers((lyon, nice, nowhere))
    found = ask(database, make_playlist(database, viewers, *spots, dimension="store"))
    assert counts(found) == {("A", "female"): 1, ("B", "male"): 2}
    assert found.others == 1


def see_live(database: Database, *people: tuple[Face, list[float]], store: str = "Lyon") -> int:
    sightings = []
    for face, seconds in people:
        seen = SeenSeconds()
        for second in seconds:
            for quarter in range(4):
                at = after_noon(second) + timedelta(seconds=quarter / 4)
                seen.add(at, 0.25, faces_camera=second % 2 == 0)
        sightings.append(seen.close(count_face(face, 0.6)))
    with database.write() as session:
        job_id = create_draft(session, NewJob(headcount="door"))
        record_sightings(session, job_id, {"store": store, "source": "door"}, sightings)
    return job_id


@pytest.mark.parametrize("dimension", [None, "store", "source"])
def test_the_people_of_a_live_source_are_joined_by_the_second(
    database: Database, dimension: str | None
) -> None:
    job_id = see_live(database, (WOMAN, [7, 8, 9, 10, 11]), (MAN, [11]))
    screen = {None: "", "store": "Lyon", "source": "door"}[dimension]
    spots = ((0, 10, "A", screen), (10, 20, "B", screen))
    playlist = make_playlist(database, Viewers(source="door"), *spots, dimension=dimension)
    found = ask(database, playlist, Count.SECONDS)
    times = {
        (one.dimensions["content"], one.gender): one.screen_time.seconds
        for one in found.table.groups
        if one.faces and one.screen_time
    }
    assert times == {("A", "female"): 3.0, ("B", "female"): 2.0, ("B", "male"): 1.0}
    with database.write() as session:
        erase_job(session, job_id)
    assert counts(ask(database, playlist)) == {}


def test_a_clock_that_is_set_back_costs_no_memory() -> None:
    seen = SeenSeconds()
    for at in (NOON, NOON - timedelta(days=400)):
        seen.add(at, 1.0, faces_camera=True)
    sighting: Sighting = seen.close(count_face(WOMAN, 0.6))
    assert len(sighting.seconds) == 2 * 86_400


def test_counts_agree_with_counting_one_by_one(database: Database) -> None:
    """Of many random spots and photographs."""
    chance = Random(4)
    photos = [(chance.randrange(0, 10_000) / 10, [chance.choice((WOMAN, MAN))]) for _ in range(300)]
    job_id = take_photos(database, *photos)
    starts = sorted(chance.sample(range(1000), 80))
    spots = [
        (start, start + chance.randint(1, stop - start), chance.choice("ABCDE"), "")
        for start, stop in zip(starts, [*starts[1:], 1000], strict=True)
    ]
    expected: defaultdict[tuple[str, str], int] = defaultdict(int)
    for seconds, [face] in photos:
        for start, stop, content, _ in spots:
            if start <= seconds < stop:
                expected[content, face.gender_value(0.6)] += 1
    chance.shuffle(spots)
    assert counts(ask(database, make_playlist(database, Viewers((job_id,)), *spots))) == expected


def test_too_many_faces_are_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = take_photos(database, (1, [WOMAN, MAN]))
    monkeypatch.setattr(columns, "MOST_GLIMPSES", 1)
    with pytest.raises(AudienceTooLarge, match="fewer jobs or a shorter time"):
        ask(database, make_playlist(database, Viewers((job_id,)), (0, 10, "A", "")))
