"""Rows that must not be divided."""

import pytest

from training.faces.groups import join_rows


@pytest.mark.parametrize(
    ("keys", "pairs", "groups"),
    [
        ("", [], []),
        ("abc", [], [0, 1, 2]),
        ("aba", [], [0, 1, 0]),
        ("abcd", [(0, 3), (1, 2)], [0, 1, 1, 0]),
        ("aabb", [(1, 2)], [0, 0, 0, 0]),
    ],
    ids=["none", "all apart", "one key twice", "pairs", "two keys joined by a pair"],
)
def test_rows_are_joined_by_keys_and_pairs(keys, pairs, groups):
    assert join_rows(keys, pairs).tolist() == groups
