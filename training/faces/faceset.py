"""The faces that are trained on, after cleaning."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.statistics.confusion import AgeRange
from training.faces.cleaning import Cleaned
from training.faces.rows import PreparedRow
from training.targets import Labels


@dataclass(frozen=True, slots=True, eq=False)
class FaceSet:
    """N faces: their rows, the places (N,) of their chips, their labels, and their groups (N,).

    A group is all that must not be divided: one person's faces, and pictures that look alike.
    """

    rows: tuple[PreparedRow, ...]
    chips: NDArray[np.int64]
    labels: Labels
    groups: NDArray[np.int64]

    @classmethod
    def of(
        cls, rows: Sequence[PreparedRow], cleaned: Cleaned, bands: Sequence[AgeRange]
    ) -> "FaceSet":
        """The rows that cleaning left."""
        kept = tuple(rows[index] for index in cleaned.kept)
        labels = Labels.of([row.age_years for row in kept], [row.gender for row in kept], bands)
        return cls(kept, cleaned.kept, labels, cleaned.groups[cleaned.kept])

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def strata(self) -> NDArray[np.int64]:
        """A number (N,) for each combination of age class and gender: folds share them evenly."""
        classes = self.labels.age_classes
        found: NDArray[np.int64] = (self.labels.genders + 1) * (
            classes.max(initial=0) + 2
        ) + classes
        return found
