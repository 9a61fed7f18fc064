"""All estimators of a pack: chips to ages and genders."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.estimators.ages import AGES, Ages
from models.estimators.chips import Chips, plan_chips
from models.estimators.estimator import Estimator, Opinion
from models.estimators.vote import vote_ages, vote_genders
from models.face import AgeEstimate, Gender
from models.packs.votes import Vote

# Faces in one batch: larger ones gain nothing and take memory.
BATCH_FACES = 64

Asked = NDArray[np.bool_]


class Panel:
    """Runs every estimator on each face, and lets them vote."""

    def __init__(self, estimators: Sequence[Estimator], vote: Vote) -> None:
        self._estimators = tuple(estimators)
        self._vote = vote
        self.plan = plan_chips([one.part for one in estimators])

    def estimate(self, faces: Sequence[Chips]) -> list[tuple[AgeEstimate, Gender]]:
        """The age and the gender of each face, in the same order."""
        return [
            voted
            for start in range(0, len(faces), BATCH_FACES)
            for voted in self._estimate_batch(faces[start : start + BATCH_FACES])
        ]

    def _estimate_batch(self, faces: Sequence[Chips]) -> list[tuple[AgeEstimate, Gender]]:
        opinions = {
            index: self._ask(index, faces)
            for index, one in enumerate(self._estimators)
            if one.part.for_gender is None
        }
        females = vote_genders(
            self._vote,
            {
                self._estimators[index].part.name: one.females
                for index, one in opinions.items()
                if one.females is not None
            },
        )
        ages = self._collect_ages(faces, opinions, females)
        genders = [Gender(float(female)) for female in females]
        return list(zip(vote_ages(self._vote, ages), genders, strict=True))

    def _ask(self, index: int, faces: Sequence[Chips]) -> Opinion:
        return self._estimators[index].estimate(self.plan.gather(faces, index))

    def _collect_ages(
        self, faces: Sequence[Chips], opinions: dict[int, Opinion], females: NDArray[np.float64]
    ) -> list[tuple[str, Ages, Asked]]:
        """The ages of each estimator, and the faces that it was asked about."""
        collected = []
        for index, estimator in enumerate(self._estimators):
            part = estimator.part
            if part.for_gender is not None:
                asked = (females >= 0.5) == (part.for_gender == "female")
                collected.append((part.name, self._ask_some(index, faces, asked), asked))
            elif (ages := opinions[index].ages) is not None:
                collected.append((part.name, ages, np.ones(len(faces), dtype=bool)))
        return collected

    def _ask_some(self, index: int, faces: Sequence[Chips], asked: Asked) -> Ages:
        """The ages of the `asked` faces; zeros for the others."""
        ages = Ages(np.zeros(len(faces)), np.zeros((len(faces), len(AGES))))
        chosen = [face for face, one in zip(faces, asked, strict=True) if one]
        found = self._ask(index, chosen).ages if chosen else None
        if found is not None:
            ages.years[asked], ages.shares[asked] = found.years, found.shares
        return ages
