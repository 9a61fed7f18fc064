"""How two sets of estimates for the same labeled pictures differ in accuracy, and whether beyond
chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.accuracy.age_ratios import AgeRatios
from models.accuracy.bootstrap import Estimate, Ratio, estimate_difference
from models.accuracy.columns import Columns
from models.accuracy.gender_ratios import GenderRatios
from models.accuracy.labeled_pictures import LabeledPicture


@dataclass(frozen=True, slots=True)
class AccuracyDifference:
    """The second less the first; None if either has no face that is labeled so.

    `mean_error` is in years, the others are shares.
    """

    detection: Estimate
    gender: Estimate | None
    mean_error: Estimate | None


def compare_accuracy(
    first: Sequence[LabeledPicture], second: Sequence[LabeledPicture]
) -> AccuracyDifference:
    """Compare two analyses of the same pictures, in the same order, by a paired bootstrap over
    their subjects (Efron, Tibshirani 1993, chapter 8)."""
    one, other = Columns(first), Columns(second)
    if not np.array_equal(one.subjects, other.subjects):
        raise ValueError("the two analyses are not of the same pictures")

    def differ(earlier: Ratio, later: Ratio) -> Estimate | None:
        if not (earlier.weights.any() and later.weights.any()):
            return None
        return estimate_difference(earlier, later, one.subjects)

    everywhere = np.ones_like(one.found)
    return AccuracyDifference(
        detection=estimate_difference(
            Ratio.share(one.found, everywhere), Ratio.share(other.found, everywhere), one.subjects
        ),
        gender=differ(GenderRatios.of(one).accuracy, GenderRatios.of(other).accuracy),
        mean_error=differ(AgeRatios.of(one).mean_error, AgeRatios.of(other).mean_error),
    )
