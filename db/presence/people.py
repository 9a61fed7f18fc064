"""People as columns of numbers, as there may be millions."""

from dataclasses import dataclass, fields
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class People:
    """A row of each column for each face of a picture, and for each person in a shot of a video or
    in front of a live source. `source` is what they were seen in, and `is_track` whether they have
    a time there. `linked` is a number that all have in common who are one person, 0 where nobody
    linked them."""

    source: Whole
    linked: Whole
    is_track: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    gender: Whole
    age: Whole
    female_milli: Whole
    width_years: Whole

    def __len__(self) -> int:
        return len(self.source)

    def join(self, *others: Self) -> Self:
        """With others after them."""
        parts = (self, *others)
        columns = [[getattr(part, one.name) for part in parts] for one in fields(self)]
        return type(self)(*map(np.concatenate, columns))

    def count_judged(self, indexes: Whole) -> int:
        """How many of the people with these indexes, which may repeat, are judged."""
        return int(self.judged[np.unique(indexes)].sum())
