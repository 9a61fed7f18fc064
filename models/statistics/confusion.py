"""Counts of labeled faces by their true and their predicted group."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

# A row of an audience table: gender and age band, None for one that the table does not have.
Group: TypeAlias = tuple[str | None, str | None]
TRUE_GENDERS = ("female", "male")
PREDICTED_GENDERS = (*TRUE_GENDERS, "unknown")
# A band: its label, and its first and last whole year.
AgeRange: TypeAlias = tuple[str, int, int]
OUTSIDE = "other"
# Older faces are counted as this old, labels and predictions alike.
OLDEST = 100
AGES = range(OLDEST + 1)


@dataclass(frozen=True, slots=True)
class LabeledFaces:
    """A number of faces with the same labels and predictions; ages in whole years, as in cells."""

    true_age: int | None  # None where there is no label
    true_gender: str | None
    age: int
    gender: str
    faces: int = 1


@dataclass(frozen=True, slots=True)
class Confusion:
    """`counts[i][j]` faces of `truths[i]` were predicted as `predictions[j]`.

    `design_effect` is the number of these faces that carry the information of one independent face:
    faces of one person are alike.
    """

    truths: tuple[Group, ...]
    predictions: tuple[Group, ...]
    counts: tuple[tuple[int, ...], ...]
    design_effect: float = 1.0

    def __post_init__(self) -> None:
        shape = {(len(self.counts), len(row)) for row in self.counts}
        if shape != {(len(self.truths), len(self.predictions))}:
            raise ValueError(
                f"Confusion must have {len(self.truths)} rows of {len(self.predictions)} counts, "
                f"got rows and counts {sorted(shape)}"
            )
        if self.design_effect < 1:
            raise ValueError(f"A design effect is at least 1, got {self.design_effect}")


def tabulate_confusion(
    labeled: Iterable[LabeledFaces],
    *,
    by_gender: bool,
    bands: Sequence[AgeRange] | None,
    design_effect: float = 1.0,
) -> Confusion:
    """The confusion of the groups of an audience table: by gender, by age band, or by both.

    Ages outside the bands are the group `other`. Faces without a label that the table needs are
    left out.
    """
    found: Counter[tuple[Group, Group]] = Counter()
    for one in labeled:
        if (by_gender and one.true_gender is None) or (bands and one.true_age is None):
            continue
        truth = _group(one.true_gender, one.true_age, by_gender, bands)
        predicted = _group(one.gender, one.age, by_gender, bands)
        found[truth, predicted] += one.faces
    labels = list_labels(bands) if bands else (None,)
    truths = _list_groups(TRUE_GENDERS if by_gender else (None,), labels)
    predictions = _list_groups(PREDICTED_GENDERS if by_gender else (None,), labels)
    counts = tuple(tuple(found[true, said] for said in predictions) for true in truths)
    return Confusion(truths, predictions, counts, design_effect)


def list_labels(bands: Sequence[AgeRange]) -> tuple[str, ...]:
    """The labels of bands, and `other` if some ages are outside all of them."""
    labels = tuple(label for label, _, _ in bands)
    return labels if all(band_of(age, bands) in labels for age in AGES) else (*labels, OUTSIDE)


def band_of(age: int, bands: Sequence[AgeRange]) -> str:
    """The label of the band that has an age in whole years, or `other`."""
    return next((label for label, low, high in bands if low <= age <= high), OUTSIDE)


def _group(
    gender: str | None, age: int | None, by_gender: bool, bands: Sequence[AgeRange] | None
) -> Group:
    band = band_of(min(age, OLDEST), bands) if bands and age is not None else None
    return (gender if by_gender else None, band)


def _list_groups(genders: Sequence[str | None], labels: Sequence[str | None]) -> tuple[Group, ...]:
    return tuple((gender, label) for label in labels for gender in genders)
