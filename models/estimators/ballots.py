"""What the estimators of a pack make of some faces, before they vote."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.estimators.ages import Ages


@dataclass(frozen=True, slots=True)
class AgeBallot:
    """The ages of N faces by one estimator, and which of them it was asked about."""

    name: str
    ages: Ages
    asked: NDArray[np.bool_]  # (N,)


@dataclass(frozen=True, slots=True)
class Ballots:
    """The ages by each estimator that gives some, and the probabilities of female (N,) by name."""

    ages: tuple[AgeBallot, ...]
    females: Mapping[str, NDArray[np.float64]]
