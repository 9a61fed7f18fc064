"""Zones: named polygons in fractions of a picture, so that they hold for any size of it."""

from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

MOST_ZONES = 50
LEAST_POINTS, MOST_POINTS = 3, 50
LONGEST_NAME = 100
# A ten-thousandth of the picture on each side is more than nothing.
SMALLEST_AREA = 1e-8
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon by its corners, x from the left and y from the top, from 0 to 1.

    Raises ValueError, with a sentence for the user, for what is no polygon.
    """

    name: str
    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if not LEAST_POINTS <= len(self.points) <= MOST_POINTS:
            raise ValueError(
                f"Zone {self.name!r} has {len(self.points)} points, but a zone needs "
                f"{LEAST_POINTS} to {MOST_POINTS}."
            )
        for number, (x, y) in enumerate(self.points, 1):
            if not (0 <= x <= 1 and 0 <= y <= 1):
                raise ValueError(
                    f"Point {number} of zone {self.name!r} is outside of the picture: {x:g}, {y:g}."
                    " Give fractions from 0 to 1."
                )
        self._refuse_crossing()
        if abs(self._measure_area()) < SMALLEST_AREA:
            raise ValueError(f"The points of zone {self.name!r} enclose nothing.")

    def contains(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether points are inside: a line from each to the right meets the outline an odd number
        of times."""
        corners = np.array(self.points)
        near = np.flatnonzero(
            (x >= corners[:, 0].min())
            & (x <= corners[:, 0].max())
            & (y >= corners[:, 1].min())
            & (y <= corners[:, 1].max())
        )
        inside = np.zeros(len(near), dtype=bool)
        at_x, at_y = x[near], y[near]
        for (x1, y1), (x2, y2) in self._list_sides():
            if y1 != y2:
                meets = (y1 > at_y) != (y2 > at_y)
                inside ^= meets & (at_x < (x2 - x1) * (at_y - y1) / (y2 - y1) + x1)
        found = np.zeros(len(x), dtype=bool)
        found[near[inside]] = True
        return found

    def _list_sides(self) -> list[tuple[Point, Point]]:
        return list(zip(self.points, (*self.points[1:], self.points[0]), strict=True))

    def _refuse_crossing(self) -> None:
        sides = self._list_sides()
        for (one, first), (other, second) in combinations(enumerate(sides), 2):
            is_next = other - one in (1, len(sides) - 1)
            meets = _folds_back(first, second) if is_next else _cross(first, second)
            if meets:
                raise ValueError(
                    f"Zone {self.name!r} crosses itself: its side from point {one + 1} meets that "
                    f"from point {other + 1}. List the points in order around it."
                )

    def _measure_area(self) -> float:
        return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in self._list_sides()) / 2


def _turn(a: Point, b: Point, c: Point) -> float:
    """Positive for one direction, negative for the other, 0 for points on a line."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _is_between(a: Point, b: Point, c: Point) -> bool:
    """Whether `c`, on the line through the others, is between them."""
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _cross(first: tuple[Point, Point], second: tuple[Point, Point]) -> bool:
    """Whether two sides have a point in common."""
    (a, b), (c, d) = first, second
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(turn == 0 and _is_between(*three) for turn, three in zip(turns, ends, strict=True))


def _folds_back(first: tuple[Point, Point], second: tuple[Point, Point]) -> bool:
    """Whether two sides with a corner in common lie on each other."""
    corner = first[1] if first[1] == second[0] else first[0]
    one = first[0] if corner == first[1] else first[1]
    other = second[1] if corner == second[0] else second[0]
    ahead = (one[0] - corner[0]) * (other[0] - corner[0]) + (one[1] - corner[1]) * (
        other[1] - corner[1]
    )
    return _turn(one, corner, other) == 0 and ahead >= 0
