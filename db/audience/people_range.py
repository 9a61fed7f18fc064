"""How many people there may be where faces are linked to people, which errs."""

from dataclasses import dataclass
from typing import Self

from db.slices.disclosure import Disclosure


@dataclass(frozen=True, slots=True)
class PeopleRange:
    """The fewest people, with faces linked more loosely, and the most, with stricter links; None
    for what is withheld."""

    low: int | None
    high: int | None

    @classmethod
    def of(cls, people: int, bounds: tuple[int, int], disclosure: Disclosure) -> Self:
        """Around a count of people; nothing where that is withheld."""
        if disclosure.publish_faces(people) is None:
            return cls(None, None)
        low, high = min(*bounds, people), max(*bounds, people)
        return cls(disclosure.publish_faces(low), disclosure.publish_faces(high))
