"""All estimators of a pack: chips to ages and genders."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.estimators.ages import AGES, Ages
from models.estimators.ballots import AgeBallot, Ballots
from models.estimators.chips import Chips, plan_chips
from models.estimators.estimator import Estimator, Opinion
from models.estimators.vote import bound_votes, scale_genders, vote_ages, vote_genders
from models.face import AgeEstimate, Gender
from models.packs.votes import Vote

# Faces in one batch: larger ones gain nothing and take memory.
BATCH_FACES = 64


def decide(vote: Vote, ballots: Ballots) -> list[tuple[AgeEstimate, Gender]]:
    """The age and the gender of each face that `ballots` are about."""
    ages = vote_ages(vote, ballots.ages)
    females = scale_genders(vote.gender, vote_genders(vote, ballots.females), ages.years)
    return list(zip(bound_votes(vote, ages), map(Gender, females.tolist()), strict=True))


class Panel:
    """Runs every estimator on each face, and lets them vote."""

    def __init__(self, estimators: Sequence[Estimator], vote: Vote) -> None:
        self._estimators = tuple(estimators)
        self._vote = vote
        self.plan = plan_chips([one.part for one in estimators])

    def estimate(self, faces: Sequence[Chips]) -> list[tuple[AgeEstimate, Gender]]:
        """The age and the gender of each face, in the same order."""
        return [voted for ballots in self.collect(faces) for voted in decide(self._vote, ballots)]

    def collect(self, faces: Sequence[Chips]) -> Iterator[Ballots]:
        """What every estimator makes of the faces, batch by batch."""
        for start in range(0, len(faces), BATCH_FACES):
            yield self._collect_batch(faces[start : start + BATCH_FACES])

    def _collect_batch(self, faces: Sequence[Chips]) -> Ballots:
        opinions = {
            index: self._ask(index, faces)
            for index, one in enumerate(self._estimators)
            if one.part.for_gender is None
        }
        females = {
            self._estimators[index].part.name: one.females
            for index, one in opinions.items()
            if one.females is not None
        }
        # Gender comes first: it chooses among the age estimators that are for one gender.
        is_female = vote_genders(self._vote, females) >= 0.5
        return Ballots(tuple(self._collect_ages(faces, opinions, is_female)), females)

    def _ask(self, index: int, faces: Sequence[Chips]) -> Opinion:
        return self._estimators[index].estimate(self.plan.gather(faces, index))

    def _collect_ages(
        self, faces: Sequence[Chips], opinions: dict[int, Opinion], is_female: NDArray[np.bool_]
    ) -> Iterator[AgeBallot]:
        for index, estimator in enumerate(self._estimators):
            part = estimator.part
            if part.for_gender is not None:
                asked = is_female == (part.for_gender == "female")
                yield AgeBallot(part.name, self._ask_some(index, faces, asked), asked)
            elif (ages := opinions[index].ages) is not None:
                yield AgeBallot(part.name, ages, np.ones(len(faces), dtype=bool))

    def _ask_some(self, index: int, faces: Sequence[Chips], asked: NDArray[np.bool_]) -> Ages:
        """The ages of the `asked` faces; zeros for the others."""
        ages = Ages(np.zeros(len(faces)), np.zeros((len(faces), len(AGES))))
        chosen = [face for face, one in zip(faces, asked, strict=True) if one]
        found = self._ask(index, chosen).ages if chosen else None
        if found is not None:
            ages.years[asked], ages.shares[asked] = found.years, found.shares
        return ages
