"""What the estimators of a pack make of some faces, before they vote."""

from collections.abc import Mapping, Sequence
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

    def take(self, faces: NDArray[np.intp]) -> "Ballots":
        """Those about some of the faces, by their indices."""
        ages = tuple(
            AgeBallot(
                one.name,
                Ages(one.ages.years[faces], one.ages.shares[faces]),
                one.asked[faces],
            )
            for one in self.ages
        )
        return Ballots(ages, {name: one[faces] for name, one in self.females.items()})


def join_ballots(parts: Sequence[Ballots]) -> Ballots:
    """What the same estimators make of several parts of the faces, one after the other."""
    ages = tuple(
        AgeBallot(
            each[0].name,
            Ages(
                np.concatenate([one.ages.years for one in each]),
                np.concatenate([one.ages.shares for one in each]),
            ),
            np.concatenate([one.asked for one in each]),
        )
        for each in zip(*(one.ages for one in parts), strict=True)
    )
    names = parts[0].females
    return Ballots(
        ages, {name: np.concatenate([one.females[name] for one in parts]) for name in names}
    )
