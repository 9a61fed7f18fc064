"""The costs of all pairs of faces and tracks equal those of each pair alone."""

import math
import random

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from models.face import Box
from models.tracks.distances import (
    LARGEST_GROWTH,
    LONGEST_DISTANCE,
    NEVER,
    Point,
    find_center,
    measure_costs,
)

Case = tuple[list[Box], list[Box], list[Point]]


def measure_pair(face: Box, track: Box, expected: Point) -> float:
    side, old_side = (math.sqrt(box.width * box.height) for box in (face, track))
    growth = max(side, old_side) / min(side, old_side)
    points = (expected, find_center(track))
    distance = min(math.dist(find_center(face), point) for point in points)
    distance /= (side + old_side) / 2
    if distance > LONGEST_DISTANCE or growth > LARGEST_GROWTH:
        return NEVER
    return distance + math.log(growth)


def measure_each(case: Case) -> np.ndarray:
    faces, tracks, expected = case
    pairs = list(zip(tracks, expected, strict=True))
    return np.array([[measure_pair(face, *pair) for pair in pairs] for face in faces])


def make_crowd(seed: int, faces: int, tracks: int, room: int) -> Case:
    chance = random.Random(seed)

    def make_box() -> Box:
        x, y = chance.randrange(room), chance.randrange(room)
        return Box(x, y, chance.randrange(20, 60), chance.randrange(20, 60))

    old = [make_box() for _ in range(tracks)]
    expected = [
        (x + chance.uniform(-80, 80), y + chance.uniform(-80, 80)) for x, y in map(find_center, old)
    ]
    return [make_box() for _ in range(faces)], old, expected


def place_in_row(starts: range, side: int = 40) -> tuple[list[Box], list[Point]]:
    """Boxes that are expected where they are: many pairs are equally far apart."""
    boxes = [Box(x, 0, side, side) for x in starts]
    return boxes, [find_center(box) for box in boxes]


CASES: dict[str, Case] = {
    "one": make_crowd(0, 1, 1, 50),
    "one face": make_crowd(1, 1, 9, 100),
    "one track": make_crowd(2, 9, 1, 100),
    "scattered": make_crowd(3, 30, 40, 2000),
    "crowded": make_crowd(4, 40, 30, 200),
    "ties": (place_in_row(range(20, 320, 40))[0], *place_in_row(range(0, 320, 40))),
    "as far as may be": (place_in_row(range(44, 444, 88))[0], *place_in_row(range(0, 444, 88))),
    "too far by a pixel": (place_in_row(range(45, 46))[0], *place_in_row(range(1))),
    "all too large": (place_in_row(range(0, 400, 40), 73)[0], *place_in_row(range(0, 400, 40))),
    "as large as may be": (
        place_in_row(range(0, 400, 40), 72)[0],
        *place_in_row(range(0, 400, 40)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_all_pairs_at_once_cost_as_much_as_each_pair_alone(name: str) -> None:
    costs, expected = measure_costs(*CASES[name]), measure_each(CASES[name])
    np.testing.assert_array_equal(costs == NEVER, expected == NEVER)
    np.testing.assert_allclose(costs, expected, rtol=1e-13, atol=1e-13)
    pairs = [np.array(linear_sum_assignment(one)).tolist() for one in (costs, expected)]
    assert pairs[0] == pairs[1]


def test_a_hundred_crowds_are_paired_as_by_the_costs_of_each_pair_alone() -> None:
    chance = random.Random(5)
    for seed in range(100):
        sizes = chance.randint(1, 25), chance.randint(1, 25), chance.choice((60, 300, 900))
        case = make_crowd(seed, *sizes)
        costs, expected = measure_costs(*case), measure_each(case)
        np.testing.assert_array_equal(costs == NEVER, expected == NEVER)
        rows, columns = linear_sum_assignment(expected)
        assert np.array_equal(linear_sum_assignment(costs), (rows, columns))


@pytest.mark.parametrize(
    ("name", "near"),
    [("as far as may be", True), ("too far by a pixel", False), ("all too large", False),
     ("as large as may be", True)],
)  # fmt: skip
def test_no_pair_exceeds_the_longest_distance_or_the_largest_growth(name: str, near: bool) -> None:
    assert (measure_costs(*CASES[name]).min() < NEVER) == near
