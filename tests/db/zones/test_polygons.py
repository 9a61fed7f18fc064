"""Zones are polygons within the picture; what is in them."""

import numpy as np
import pytest

from db.zones.polygons import MOST_POINTS, Point, Zone

SQUARE = ((0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6))
# Like an L: its corner is cut out.
HOOK = ((0, 0), (1, 0), (1, 0.5), (0.5, 0.5), (0.5, 1), (0, 1))


@pytest.mark.parametrize(
    ("points", "at", "is_inside"),
    [
        (SQUARE, (0.4, 0.4), True),
        (SQUARE, (0.1, 0.4), False),
        (SQUARE, (0.4, 0.7), False),
        (HOOK, (0.25, 0.9), True),
        (HOOK, (0.75, 0.25), True),
        (HOOK, (0.75, 0.75), False),
        (HOOK[::-1], (0.75, 0.75), False),
        (HOOK, (-1.0, -1.0), False),
        (((0, 0), (1, 0), (0.5, 1)), (0.5, 0.9), True),
        (((0, 0), (1, 0), (0.5, 1)), (0.05, 0.9), False),
    ],
)
def test_a_point_is_inside_or_not(points: tuple[Point, ...], at: Point, is_inside: bool) -> None:
    zone = Zone("a", points)
    assert zone.contains(np.array([at[0]]), np.array([at[1]])).tolist() == [is_inside]


@pytest.mark.parametrize(
    ("points", "problem"),
    [
        (SQUARE[:2], "has 2 points, but a zone needs 3 to 50"),
        (((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), *[(0.1, 0.9)] * MOST_POINTS), "has 53 points"),
        (((0, 0), (1.2, 0), (0, 1)), "Point 2 of zone 'a' is outside of the picture: 1.2, 0"),
        (((0, 0), (float("nan"), 0), (0, 1)), "Point 2 of zone 'a' is outside"),
        (((0, 0), (1, 1), (1, 0), (0, 1)), "its side from point 1 meets that from point 3"),
        (((0, 0), (1, 0), (1, 1), (0.5, 0), (0, 1)), "crosses itself"),
        (((0, 0), (1, 0), (0.5, 0)), "crosses itself"),
        (((0, 0), (0, 0), (1, 1)), "crosses itself"),
        (((0, 0), (0.00001, 0), (0.00001, 0.00001)), "enclose nothing"),
    ],
    ids=["two", "many", "outside", "no number", "bow tie", "touches", "line", "twice", "tiny"],
)
def test_what_is_no_polygon_is_refused(points: tuple[Point, ...], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Zone("a", points)
