"""Which person was there while which content ran, or in which zone."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from db.presence.linking import Linked
from db.presence.people import People, Whole


@dataclass(frozen=True, slots=True)
class Presences:
    """A row of each column for each category, a content or a zone, that a person was there for:
    since when, for how long, and whether anything but pictures shows it."""

    people: People
    person: Whole
    is_track: NDArray[np.bool_]
    category: Whole
    first_ms: Whole
    visible_ms: Whole
    facing_ms: Whole
    # Of the people who are judged: those with any category, and those with none.
    inside: int
    outside: int

    @classmethod
    def collect(
        cls,
        shown: People,
        linked: Linked,
        person: Whole,
        category: Whole,
        times: tuple[Whole, Whole, Whole],
        *,
        present: Whole,
    ) -> Self:
        """From a row for each time that a person was seen; `times` are when that was, and for how
        long they were visible, and faced the camera. `present` is everybody who was there. Both
        are indexes of those who are `shown`, and `linked` says who these are."""
        at_ms, *lengths_ms = times
        width = int(category.max(initial=0)) + 1
        keys = linked.numbers[person] * width + category
        pairs, of_pair = np.unique(keys, return_inverse=True)
        is_track = np.bincount(of_pair, weights=shown.is_track[person], minlength=len(pairs)) > 0
        first_ms = np.full(len(pairs), np.iinfo(np.int64).max)
        np.minimum.at(first_ms, of_pair, at_ms)
        visible_ms, facing_ms = (
            np.bincount(of_pair, weights=ms, minlength=len(pairs)).astype(np.int64)
            for ms in lengths_ms
        )
        inside = linked.count_judged(person)
        return cls(
            people=linked.people,
            person=pairs // width,
            is_track=is_track,
            category=pairs % width,
            first_ms=first_ms,
            visible_ms=visible_ms,
            facing_ms=facing_ms,
            inside=inside,
            outside=linked.count_judged(present) - inside,
        )
