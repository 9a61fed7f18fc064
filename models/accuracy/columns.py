"""Labeled pictures as columns, one row a picture."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.accuracy.labeled_pictures import LabeledPicture
from models.statistics.confusion import AgeRange, band_of

Mask = NDArray[np.bool_]
Words = NDArray[np.object_]


class Columns:
    """Arrays (N,) over the pictures; where no face was found, estimates are 0."""

    def __init__(self, pictures: Sequence[LabeledPicture]) -> None:
        numbers = {
            subject: n for n, subject in enumerate(dict.fromkeys(p.subject for p in pictures))
        }
        self.subjects = np.array([numbers[one.subject] for one in pictures], dtype=np.int64)
        faces = [one.face for one in pictures]
        self.found: Mask = np.array([face is not None for face in faces])
        judged: Mask = np.array([one.judged for one in pictures])
        self.gendered: Mask = judged & [one.true_gender is not None for one in pictures]
        self.aged: Mask = judged & [one.true_age is not None for one in pictures]
        self.true_gender: Words = np.array([one.true_gender for one in pictures], dtype=object)
        self.gender: Words = np.array([one.gender for one in pictures], dtype=object)
        self.female = np.array([face.gender.female if face else 0.0 for face in faces])
        self.true_age = np.array([one.true_age or 0.0 for one in pictures])
        self.age = np.array([face.age.years if face else 0.0 for face in faces])
        self.low = np.array([face.age.low if face else 0.0 for face in faces])
        self.high = np.array([face.age.high if face else 0.0 for face in faces])
        # Labeled with a gender, and assigned one.
        self.decided: Mask = self.gendered & (self.gender != "unknown")
        # Estimated less true age, in years.
        self.age_error: NDArray[np.float64] = self.age - self.true_age
        self._true_years = [one.true_years or 0 for one in pictures]
        self._years = [one.years or 0 for one in pictures]

    def true_bands(self, bands: Sequence[AgeRange]) -> Words:
        """The band of each labeled age."""
        return np.array([band_of(age, bands) for age in self._true_years], dtype=object)

    def bands(self, bands: Sequence[AgeRange]) -> Words:
        """The band of each estimated age."""
        return np.array([band_of(age, bands) for age in self._years], dtype=object)
