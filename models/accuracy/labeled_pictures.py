"""Labeled pictures with the faces that were found in them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from models.face import Face, whole_years
from models.statistics.confusion import LabeledFaces
from models.statistics.shares import bound_design_effect


@dataclass(frozen=True, slots=True)
class LabeledPicture:
    """A picture that could be read: its labels, and the face found in it, if any."""

    subject: str
    true_age: float | None = None
    true_gender: str | None = None
    face: Face | None = None
    gender: str = "unknown"  # of the face, or unknown if the model is not confident enough

    @property
    def judged(self) -> bool:
        """Whether there is a face that is clear enough to be judged, and counted."""
        return self.face is not None and self.face.judged

    @property
    def true_years(self) -> int | None:
        """The labeled age in completed years, as people count their age."""
        return None if self.true_age is None else floor(self.true_age)

    @property
    def years(self) -> int | None:
        """The estimated age, rounded to the nearest whole year, as in cells."""
        return None if self.face is None else whole_years(self.face.age.years)


def count_labeled(pictures: Sequence[LabeledPicture]) -> tuple[LabeledFaces, ...]:
    """The found faces, counted by label and prediction, which later correct shares."""
    counts = Counter(
        (one.true_years, one.true_gender, one.years, one.gender)
        for one in pictures
        if one.judged and (one.true_years, one.true_gender) != (None, None)
    )
    return tuple(
        LabeledFaces(true_age, true_gender, years, gender, faces)
        for (true_age, true_gender, years, gender), faces in sorted(counts.items(), key=str)
        if years is not None
    )


def bound_subjects(pictures: Sequence[LabeledPicture]) -> float:
    """The largest possible design effect of faces that are of the same subjects."""
    sizes = Counter(one.subject for one in pictures if one.judged)
    return bound_design_effect(sizes.total(), sum(size**2 for size in sizes.values()))
