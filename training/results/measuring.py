"""How good the nets of a training are, on faces that none of them was trained on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from statistics import median

import numpy as np
from numpy.typing import NDArray

from models.accuracy.accuracy import Accuracy
from models.accuracy.labeled_pictures import LabeledPicture
from models.accuracy.measurement import measure_accuracy
from models.age_groups import nearest_group
from models.estimators.ballots import Ballots
from models.face import LANDMARK_COUNT, AgeEstimate, Box, Face, FaceQuality, Gender, Pose
from models.fitting.votes import decide_ages, decide_genders
from models.packs.votes import Vote
from models.statistics.confusion import AgeRange
from training.faces.faceset import FaceSet
from training.faces.rows import PreparedRow
from training.plan import Plan
from training.targets import AGE_TARGETS, NO_CLASS, Target

# What measuring needs of a face but its estimates.
BOX, LANDMARKS = Box(0, 0, 1, 1), ((0, 0),) * LANDMARK_COUNT
QUALITY = FaceQuality(1.0, 1.0, 1.0, 0.5, 0.5, Pose(0.0, 0.0, 0.0))
NO_AGE = AgeEstimate(0.0, 0, 0, nearest_group(0.0))
NO_GENDER = 0.5


@dataclass(frozen=True, slots=True)
class Measuring:
    """The bands that accuracy is measured by, the one of them that is shown, and from which
    probability on a gender is assigned."""

    bands: Mapping[str, Sequence[AgeRange]]
    shown: str
    gender_min_probability: float


@dataclass(frozen=True, slots=True)
class TrainingAccuracy:
    """The trained nets, the pack in use, and the best guess without a look, on the same faces."""

    faces: int
    subjects: int
    trained: Accuracy
    in_use: Accuracy | None
    guessed: Accuracy


@dataclass(frozen=True, slots=True)
class _Judged:
    """What is measured of a face; None for what no net was trained for."""

    age: AgeEstimate | None
    female: float | None


def measure_training(
    faces: FaceSet, plan: Plan, ballots: Ballots, vote: Vote, measuring: Measuring
) -> TrainingAccuracy:
    """The accuracy on all held-out faces; `ballots` are in the order of the runs."""
    order = np.concatenate([np.flatnonzero(run.held_out) for run in plan.measured])
    rows = [faces.rows[index] for index in order]
    trained = _judge_with_nets(ballots, vote, len(rows))
    in_use = _judge_with_pack(rows, plan)

    def measure(judged: Sequence[_Judged]) -> Accuracy:
        pictures = [
            _label(row, one, measuring.gender_min_probability)
            for row, one in zip(rows, judged, strict=True)
        ]
        return measure_accuracy(pictures, measuring.bands, measuring.shown)

    return TrainingAccuracy(
        faces=len(rows),
        subjects=len(np.unique(faces.groups[order])),
        trained=measure(trained),
        in_use=measure(in_use) if in_use else None,
        guessed=measure(_guess(faces, plan)),
    )


def _label(row: PreparedRow, judged: _Judged, min_probability: float) -> LabeledPicture:
    gender = Gender(NO_GENDER if judged.female is None else judged.female)
    return LabeledPicture(
        subject=row.subject,
        true_age=row.age_years if judged.age else None,
        true_gender=row.gender if judged.female is not None else None,
        face=Face(BOX, 1.0, LANDMARKS, gender, judged.age or NO_AGE, QUALITY),
        gender=gender.value(min_probability),
    )


def _judge_with_nets(ballots: Ballots, vote: Vote, faces: int) -> list[_Judged]:
    ages, females = decide_ages(vote, ballots), decide_genders(vote, ballots)
    return [
        _Judged(ages[face] if ages else None, None if females is None else float(females[face]))
        for face in range(faces)
    ]


def _judge_with_pack(rows: Sequence[PreparedRow], plan: Plan) -> list[_Judged] | None:
    """What the pack in use made of the same faces; None if it was not asked."""
    with_age, with_gender = _list_what(plan)
    judged = []
    for row in rows:
        seen = row.estimate
        if seen is None:
            return None
        age = AgeEstimate(seen.years, seen.low, seen.high, nearest_group(seen.years))
        judged.append(_Judged(age if with_age else None, seen.female if with_gender else None))
    return judged


def _guess(faces: FaceSet, plan: Plan) -> list[_Judged]:
    """For each held-out face the median age, and the share of women, of those trained on."""
    with_age, with_gender = _list_what(plan)
    judged = []
    for run in plan.measured:
        one = _Judged(
            _guess_age(faces, run.trained) if with_age else None,
            _guess_female(faces, run.trained) if with_gender else None,
        )
        judged += [one] * int(run.held_out.sum())
    return judged


def _guess_age(faces: FaceSet, trained: NDArray[np.bool_]) -> AgeEstimate:
    known = faces.labels.ages[trained & (faces.labels.age_classes != NO_CLASS)]
    low, high = np.quantile(known, (0.1, 0.9))
    years = round(median(known.tolist()), 1)
    return AgeEstimate(years, floor(low), ceil(high), nearest_group(years))


def _guess_female(faces: FaceSet, trained: NDArray[np.bool_]) -> float:
    """1 or 0, for the more frequent gender: a guess is never unknown."""
    known = faces.labels.genders[trained & (faces.labels.genders != NO_CLASS)]
    return float(np.mean(known == 0) >= 0.5)


def _list_what(plan: Plan) -> tuple[bool, bool]:
    return bool({*AGE_TARGETS} & {*plan.targets}), Target.GENDER in plan.targets
