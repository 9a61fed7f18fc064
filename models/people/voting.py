"""The age and gender of a person, by the vote of all faces that are linked, as for tracks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.tracks.open_track import LEAST_WEIGHT, QUALITY_POWER, SUREST_GENDER

Numbers = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Estimates:
    """Of faces, or of people: a value for each."""

    female: Numbers
    years: Numbers
    low: Numbers
    high: Numbers


def vote(labels: Labels, faces: Estimates, quality: Numbers) -> Estimates:
    """The estimates of the people whom `labels` name, from 0."""
    weights = np.maximum(LEAST_WEIGHT, quality**QUALITY_POWER)
    of_people = np.bincount(labels, weights)

    def average(values: Numbers) -> Numbers:
        means: Numbers = np.bincount(labels, weights * values) / of_people
        return means

    share = np.clip(faces.female, 1.0 - SUREST_GENDER, SUREST_GENDER)
    odds = average(np.log(share / (1.0 - share)))
    return Estimates(
        1.0 / (1.0 + np.exp(-odds)), average(faces.years), average(faces.low), average(faces.high)
    )
