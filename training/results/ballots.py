"""What the nets of a run make of faces that they were not trained on, voted as in a job."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.estimators.ballots import AgeBallot, Ballots, join_ballots
from models.estimators.estimator import Estimator
from models.estimators.vote import vote_genders
from models.packs.parts import EstimatorPart
from models.packs.votes import Vote

Chips = NDArray[np.uint8]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def collect_ballots(estimators: Sequence[Estimator], batches: Iterable[Chips]) -> Ballots:
    """What estimators that take the same chips (N, S, S, 3) make of them, batch by batch.

    Unlike the panel of a pack, they may give ages alone, or genders alone.
    """
    return join_ballots([_collect(estimators, chips) for chips in batches])


def _collect(estimators: Sequence[Estimator], chips: Chips) -> Ballots:
    found = [(one.part, one.estimate(chips)) for one in estimators]
    females = {part.name: opinion.females for part, opinion in found if opinion.females is not None}
    voted = vote_genders(Vote(), females) if females else None
    ages = tuple(
        AgeBallot(part.name, opinion.ages, _choose_faces(part, voted, len(chips)))
        for part, opinion in found
        if opinion.ages is not None
    )
    return Ballots(ages, females)


def _choose_faces(part: EstimatorPart, females: Floats | None, faces: int) -> Mask:
    """The faces that an estimator is asked about: of one gender only, if it is for that."""
    if part.for_gender is None or females is None:
        return np.ones(faces, dtype=bool)
    chosen: Mask = (females >= 0.5) == (part.for_gender == "female")
    return chosen
