"""People as columns of numbers, as there may be millions."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class People:
    """A row of each column for each face of a picture, and for each person of a video or a live
    source. `source` is what they were seen in, and `is_track` whether they have a time there."""

    source: Whole
    is_track: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    gender: Whole
    age: Whole
    female_milli: Whole
    width_years: Whole

    def __len__(self) -> int:
        return len(self.source)

    def count_judged(self, indexes: Whole) -> int:
        """How many of the people with these indexes, which may repeat, are judged."""
        return int(self.judged[np.unique(indexes)].sum())
