"""What a live source adds, write by write, is what a video would have added at once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from db.counts.live_counts import LiveCounts
from db.counts.tally import CellKey, Tally, Unit
from db.counts.totals import CountedFace, add_picture, empty_totals
from db.counts.tracks import CountedPerson, add_people

START = datetime(2026, 11, 28, 9, 50, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
WOMAN = CountedFace(judged=True, gender="female", age=30, female_milli=900, width_years=10)
MAN = CountedFace(judged=True, gender="male", age=40, female_milli=100, width_years=12)
UNCLEAR = CountedFace(judged=False, gender="unknown", age=20, female_milli=500, width_years=20)
FRAMES = [[WOMAN], [WOMAN, MAN], [], [MAN, UNCLEAR]]
PEOPLE = [CountedPerson(WOMAN, 3.0, 0.5), CountedPerson(MAN, 0.4, 0.0)]


def add_up(tallies: list[Tally]) -> dict[CellKey, np.ndarray]:
    sums: dict[CellKey, np.ndarray] = {}
    for tally in tallies:
        for cell_key, totals in tally.totals.items():
            sums[cell_key] = sums.get(cell_key, empty_totals()) + totals
    return sums


def count_at_once() -> dict[CellKey, np.ndarray]:
    tally = Tally(PARIS)
    moment = tally.spell(START)
    add_picture(
        tally.under(CellKey("", moment, Unit.FRAME)), [face for one in FRAMES for face in one]
    )
    add_people(tally, "", moment, PEOPLE)
    return tally.totals


def test_what_is_taken_adds_up_to_one_picture_for_each_quarter_of_an_hour() -> None:
    counts, taken = LiveCounts("", PARIS), []
    for number, faces in enumerate(FRAMES):
        counts.add_frame(faces, START + timedelta(seconds=number))
        taken.append(counts.take())
    for person in PEOPLE:
        counts.add_person(person, START)
        taken.append(counts.take())
    found, expected = add_up(taken), count_at_once()
    assert found.keys() == expected.keys()
    for cell_key, totals in expected.items():
        assert (found[cell_key] == totals).all(), cell_key


def test_moments_are_those_of_the_zone_and_nothing_is_taken_twice() -> None:
    counts = LiveCounts('{"source": "door"}', PARIS)
    counts.add_frame([WOMAN], START + timedelta(minutes=11))
    assert [key.quarter_hour for key in counts.take().totals] == ["2026-11-28T11:00+01:00"]
    assert counts.take().totals == {}
