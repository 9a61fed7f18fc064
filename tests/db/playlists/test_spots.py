"""Spots as columns: found by time, packed, and checked for overlaps."""

from random import Random

import numpy as np

from db.playlists.spots import Spots, find_overlaps


def test_a_spot_is_found_until_just_before_its_end() -> None:
    spots = Spots.of([1, 0, 0], [0, 100, 0], [50, 200, 100], [7, 8, 9])
    asked = [(0, -1), (0, 0), (0, 99), (0, 100), (0, 200), (1, 49), (1, 50), (2, 0), (-1, 0)]
    screens, times = (np.array(column) for column in zip(*asked, strict=True))
    found = spots.find(screens, times)
    contents = [int(spots.content[one]) if one >= 0 else None for one in found]
    assert contents == [None, 9, 9, 8, None, 7, None, None, None]


def test_times_before_1970_are_times() -> None:
    spots = Spots.of([0, 1], [-62_000_000_000_000, -1000], [-61_999_999_999_000, 1000], [0, 1])
    assert spots.find(np.array([0, 1]), np.array([-62_000_000_000_000, -1])).tolist() == [0, 1]


def test_spots_that_are_packed_come_back() -> None:
    spots = Spots.of([0, 1], [5, -6], [7, 8], [1, 0])
    again = Spots.unpack(spots.pack())
    assert [again.start_ms.tolist(), again.content.tolist()] == [[5, -6], [1, 0]]
    assert len(again) == 2


def test_overlaps_are_those_that_comparing_all_pairs_finds() -> None:
    chance = Random(2)
    for _ in range(200):
        rows = [
            (chance.randrange(2), start := chance.randrange(100), start + chance.randint(1, 15))
            for _ in range(chance.randint(1, 12))
        ]
        found = find_overlaps(*map(list, zip(*rows, strict=True)))
        for one, other in found:
            assert rows[one][0] == rows[other][0]
            assert rows[other][1] <= rows[one][1] < rows[other][2]
        clash = any(
            one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
            for index, one in enumerate(rows)
            for other in rows[:index]
        )
        assert bool(found) == clash
