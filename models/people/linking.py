"""Faces to people: agglomeration of embeddings by average linkage (UPGMA), never of two faces of
one picture.

Two groups of faces are joined while the mean cosine between them reaches a threshold. Such groups
have a pair of faces that reaches it, so only near faces are compared: a face remembers its nearest
ones, found by multiplying blocks. The result depends only on the faces and their order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import log10

import numpy as np
from numpy.typing import NDArray

# A face remembers this many of its nearest ones. Up to this many pictures of one person, all of
# their faces are compared; with more, groups still meet through the faces that they share.
MOST_NEAR = 64
BLOCK = 1024

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Mean cosines from which two groups of faces are one person: the most likely one, and one that
    joins more groups (`loose`) or fewer (`strict`)."""

    loose: float
    likely: float
    strict: float


# Measured by `make bench-people`: the most likely threshold for MEASURED_FACES, how much higher it
# is for ten times as many, as among more faces more strangers look alike, and how far off it may
# be.
MEASURED_FACES, MEASURED, PER_DECADE, LOOSER, STRICTER = 800, 0.42, 0.057, 0.055, 0.065
LOWEST, HIGHEST = 0.34, 0.56


def choose_thresholds(faces: int) -> Thresholds:
    """The thresholds for this number of faces."""
    likely = MEASURED + PER_DECADE * log10(max(faces, 1) / MEASURED_FACES)
    likely = min(HIGHEST, max(LOWEST, likely))
    return Thresholds(likely - LOOSER, likely, likely + STRICTER)


@dataclass(frozen=True, slots=True)
class People:
    """The person of each face, from 0 in the order of the faces, under each threshold."""

    loose: Labels
    likely: Labels
    strict: Labels


def normalize(embeddings: NDArray[np.int8]) -> Floats:
    """(N, 128) of length 1."""
    rows = embeddings.astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    normalized: Floats = rows / np.maximum(lengths, 1e-9)
    return normalized


def link_faces(
    faces: Floats,
    pictures: Sequence[int],
    thresholds: Thresholds,
    renew: Callable[[], object] = lambda: None,
) -> People:
    """The people whom `faces` (N, 128), each of length 1, show; two faces of one of the `pictures`
    are never one person. `renew` is called now and then."""
    pairs = find_near(faces, pictures, thresholds.loose, renew)
    groups = _Groups(faces, pictures, pairs)
    strict = groups.join(thresholds.strict, renew)
    likely = groups.join(thresholds.likely, renew)
    return People(groups.join(thresholds.loose, renew), likely, strict)


def find_near(
    faces: Floats, pictures: Sequence[int], least: float, renew: Callable[[], object]
) -> list[tuple[int, int]]:
    """The pairs of faces, the earlier first, whose cosine is at least `least`: of each face, those
    with the nearest ones after it."""
    of_pictures = np.asarray(pictures)
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(faces), BLOCK):
        renew()
        cosines = faces[start : start + BLOCK] @ faces[start:].T
        reach = np.triu(cosines >= least, k=1)
        rows, columns = np.nonzero(reach)
        apart = of_pictures[start + rows] != of_pictures[start + columns]
        rows, columns = rows[apart], columns[apart]
        nearest = np.lexsort((columns, -cosines[rows, columns], rows))
        rows, columns = rows[nearest], columns[nearest]
        rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
        kept = rank < MOST_NEAR
        pairs += zip((start + rows[kept]).tolist(), (start + columns[kept]).tolist(), strict=True)
    return pairs


class _Groups:
    """Groups of faces that grow: each has the sum of its faces, so that the mean cosine between two
    of them is one product."""

    def __init__(
        self, faces: Floats, pictures: Sequence[int], pairs: Sequence[tuple[int, int]]
    ) -> None:
        self._sums: list[NDArray[np.float64] | None] = list(faces.astype(np.float64))
        self._members = [[index] for index in range(len(faces))]
        self._pictures = [{picture} for picture in pictures]
        self._near: list[set[int]] = [set() for _ in pictures]
        for one, other in pairs:
            self._near[one].add(other)
            self._near[other].add(one)
        # The most alike first; among equals, those whose faces came first.
        self._heap = [(-self._compare(*pair), *pair) for pair in pairs]
        heapify(self._heap)

    def join(self, least: float, renew: Callable[[], object]) -> Labels:
        """Join groups until no two of them reach `least`; the group of each face, numbered by their
        first faces."""
        steps = 0
        while self._heap and -self._heap[0][0] >= least:
            _, one, other = heappop(self._heap)
            if self._sums[one] is None or self._sums[other] is None:
                continue
            if self._pictures[one].isdisjoint(self._pictures[other]):
                self._unite(one, other)
            steps += 1
            if steps % BLOCK == 0:
                renew()
        return self._number()

    def _compare(self, one: int, other: int) -> float:
        """Rounded, so that the order of a sum does not decide."""
        product = float(self._sums[one] @ self._sums[other])  # type: ignore[operator]
        return round(product / (len(self._members[one]) * len(self._members[other])), 6)

    def _unite(self, one: int, other: int) -> None:
        """As a group of its own, which takes the place of neither: what the heap has of them is
        stale."""
        united = len(self._sums)
        self._sums.append(self._sums[one] + self._sums[other])  # type: ignore[operator]
        self._members.append(sorted((*self._members[one], *self._members[other])))
        self._pictures.append(self._pictures[one] | self._pictures[other])
        near = (self._near[one] | self._near[other]) - {one, other}
        self._near.append(near)
        for gone in (one, other):
            self._sums[gone], self._members[gone] = None, []
            self._near[gone], self._pictures[gone] = set(), set()
        for neighbor in near:
            self._near[neighbor] -= {one, other}
            self._near[neighbor].add(united)
            heappush(self._heap, (-self._compare(neighbor, united), neighbor, united))

    def _number(self) -> Labels:
        groups = sorted(members for members in self._members if members)
        labels = np.empty(sum(map(len, groups)), dtype=np.int64)
        for number, members in enumerate(groups):
            labels[members] = number
        return labels
