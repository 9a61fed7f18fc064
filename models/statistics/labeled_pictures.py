"""Labeled pictures with what the nets found in them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from models.face import Face, whole_years
from models.statistics.confusion import LabeledFaces
from models.statistics.shares import bound_design_effect


@dataclass(frozen=True, slots=True)
class LabeledPicture:
    """A picture that could be read: what it is labeled, and the face found in it, if any."""

    subject: str
    true_age: float | None = None
    true_gender: str | None = None
    face: Face | None = None
    gender: str = "unknown"  # what the face counts as, under the setting for doubt

    @property
    def true_years(self) -> int | None:
        """The labeled age in completed years, as people count theirs."""
        return None if self.true_age is None else floor(self.true_age)

    @property
    def years(self) -> int | None:
        """The estimated age in the nearest whole year, as cells count estimates."""
        return None if self.face is None else whole_years(self.face.age.years)


def count_labeled(pictures: Sequence[LabeledPicture]) -> tuple[LabeledFaces, ...]:
    """The faces found, counted by label and prediction: what corrects shares later."""
    counts = Counter(
        (one.true_years, one.true_gender, one.years, one.gender)
        for one in pictures
        if one.years is not None and (one.true_years, one.true_gender) != (None, None)
    )
    return tuple(
        LabeledFaces(true_age, true_gender, years, gender, faces)
        for (true_age, true_gender, years, gender), faces in sorted(counts.items(), key=str)
        if years is not None
    )


def bound_subjects(pictures: Sequence[LabeledPicture]) -> float:
    """The design effect of faces that come several to a subject, at its worst."""
    sizes = Counter(one.subject for one in pictures if one.face is not None)
    return bound_design_effect(sizes.total(), sum(size**2 for size in sizes.values()))
