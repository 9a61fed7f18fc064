"""Rows that belong together: those of one person, and those with the same picture."""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


def join_rows(keys: Sequence[Hashable], pairs: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    """The number of each row's group (N,), from 0: rows with the same key, or joined by a pair."""
    parents = list(range(len(keys)))
    firsts: dict[Hashable, int] = {}
    for row, key in enumerate(keys):
        _join(parents, firsts.setdefault(key, row), row)
    for one, other in pairs:
        _join(parents, one, other)
    roots = [_find(parents, row) for row in range(len(keys))]
    numbers = {root: number for number, root in enumerate(dict.fromkeys(roots))}
    return np.array([numbers[root] for root in roots], dtype=np.int64)


def _join(parents: list[int], one: int, other: int) -> None:
    first, second = sorted((_find(parents, one), _find(parents, other)))
    parents[second] = first


def _find(parents: list[int], row: int) -> int:
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row
