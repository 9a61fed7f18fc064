"""Evaluations: how accurate the models are on labeled pictures."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from api.schemas.fields import Name
from db.pack_values import PackVersion
from db.slices.evaluations import (
    Evaluation,
    EvaluationCounts,
    EvaluationSettings,
)
from models.accuracy.accuracy import Accuracy
from models.accuracy.comparison import AccuracyDifference
from models.statistics.confusion import LabeledFaces


class EvaluationSummary(BaseModel):
    """An evaluation without the counts that correct shares."""

    name: str
    created_at: datetime | None
    pack: PackVersion
    settings: EvaluationSettings
    counts: EvaluationCounts
    accuracy: Accuracy
    design_effect: float

    @classmethod
    def of(cls, evaluation: Evaluation) -> Self:
        return cls.model_validate(evaluation, from_attributes=True)


class EvaluationOut(EvaluationSummary):
    """An evaluation. `labeled` counts its faces by label and prediction."""

    labeled: list[LabeledFaces]


class EvaluationsOut(BaseModel):
    """Every evaluation, the newest first."""

    evaluations: list[EvaluationSummary]


class PackFigures(BaseModel):
    """One of several packs on the same labels, and the processor time of a face on one core."""

    evaluation: EvaluationSummary
    milliseconds_per_face: float | None


class PackDifference(BaseModel):
    """How much the accuracy of a pack differs from that of the first one."""

    pack: str
    difference: AccuracyDifference


class SideBySide(BaseModel):
    """Several packs, the first of which all others are compared with."""

    figures: list[PackFigures]
    differences: list[PackDifference]


class EvaluationPath(BaseModel):
    """An evaluation by its name."""

    name: Name
