"""Faces of two analyses are the same where their boxes overlap enough."""

import pytest

from models.accuracy.pairing import pair_boxes
from models.face import Box

A = Box(0, 0, 100, 100)
B = Box(200, 0, 100, 100)


@pytest.mark.parametrize(
    ("first", "second", "pairs"),
    [
        ([], [A], []),
        ([A], [], []),
        ([A, B], [B, A], [(0, 1), (1, 0)]),
        # Half as large in each direction covers a quarter; a looser box of the same face half.
        ([A], [Box(25, 25, 50, 50)], []),
        ([A], [Box(0, 0, 130, 150)], [(0, 0)]),
        # A box between two faces belongs to the one that it overlaps more.
        ([A, Box(100, 0, 100, 100)], [Box(30, 0, 100, 100)], [(0, 0)]),
        # Each box is in one pair only: what is left over stays alone.
        ([A], [Box(5, 0, 100, 100), A], [(0, 1)]),
    ],
    ids=["none first", "none second", "in any order", "much smaller", "looser", "between", "twice"],
)
def test_boxes_that_overlap_are_paired(
    first: list[Box], second: list[Box], pairs: list[tuple[int, int]]
) -> None:
    assert sorted(pair_boxes(first, second)) == pairs
