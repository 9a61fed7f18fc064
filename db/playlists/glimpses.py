"""Glimpses: who was visible when, and in front of which screen, as columns of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from db.presence.people import People, Whole


@dataclass(frozen=True, slots=True)
class Glimpses:
    """A row of each column for each time that a person was seen, with the index of the person and
    of the screen in front of them, -1 for one that the playlist does not have."""

    people: People
    person: Whole
    screen: Whole
    at_ms: Whole
    visible_ms: Whole
    facing_ms: Whole

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        first, *others = (part.people for part in parts)
        people = first.join(*others)
        before = np.cumsum([0, *(len(part.people) for part in parts[:-1])])
        person = [part.person + start for part, start in zip(parts, before, strict=True)]
        columns = [
            np.concatenate([getattr(part, one.name) for part in parts])
            for one in fields(cls)
            if one.name not in ("people", "person")
        ]
        return cls(people, np.concatenate(person), *columns)
