"""Which person was there while which content ran, or in which zone."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from db.presence.people import People, Whole


@dataclass(frozen=True, slots=True)
class Presences:
    """A row of each column for each category, a content or a zone, that a person was there for:
    since when, and for how long."""

    people: People
    person: Whole
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
        people: People,
        person: Whole,
        category: Whole,
        times: tuple[Whole, Whole, Whole],
        *,
        everybody: int,
    ) -> Self:
        """From a row for each time that a person was seen; `times` are when that was, and for how
        long they were visible, and faced the camera. `everybody` is how many people are judged."""
        at_ms, *lengths_ms = times
        width = int(category.max(initial=0)) + 1
        pairs, of_pair = np.unique(person * width + category, return_inverse=True)
        first_ms = np.full(len(pairs), np.iinfo(np.int64).max)
        np.minimum.at(first_ms, of_pair, at_ms)
        visible_ms, facing_ms = (
            np.bincount(of_pair, weights=ms, minlength=len(pairs)).astype(np.int64)
            for ms in lengths_ms
        )
        inside = people.count_judged(person)
        return cls(
            people=people,
            person=pairs // width,
            category=pairs % width,
            first_ms=first_ms,
            visible_ms=visible_ms,
            facing_ms=facing_ms,
            inside=inside,
            outside=everybody - inside,
        )
