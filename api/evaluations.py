"""How right the nets were on labelled pictures: evaluations, by their names."""

from datetime import datetime
from typing import Self

from flask import Response, abort
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel

from api.errors import ERRORS, answers
from api.replies import reply
from api.requests import EvaluationPath
from api.services import services
from db.evaluations import (
    Evaluation,
    EvaluationCounts,
    EvaluationSettings,
    read_evaluation,
    read_evaluations,
)
from models.accuracy import Accuracy
from models.confusion import LabelledFaces

blueprint = APIBlueprint(
    "evaluations", __name__, url_prefix="/v1", abp_tags=[Tag(name="audience")], abp_responses=ERRORS
)


class EvaluationSummary(BaseModel):
    """An evaluation without the counts that correct shares."""

    name: str
    created_at: datetime | None
    nets: dict[str, str]
    settings: EvaluationSettings
    counts: EvaluationCounts
    accuracy: Accuracy
    design_effect: float

    @classmethod
    def of(cls, evaluation: Evaluation) -> Self:
        return cls.model_validate(evaluation, from_attributes=True)


class EvaluationOut(EvaluationSummary):
    """An evaluation; `labelled` counts its faces by their labels and predictions."""

    labelled: list[LabelledFaces]


class EvaluationsOut(BaseModel):
    """Every evaluation, the newest first."""

    evaluations: list[EvaluationSummary]


@blueprint.get("/evaluations", responses={200: EvaluationsOut})
def list_evaluations() -> Response:
    """Every evaluation that was stored, with its accuracy."""
    with services().database.read() as session:
        evaluations = read_evaluations(session)
    return reply(EvaluationsOut(evaluations=[EvaluationSummary.of(one) for one in evaluations]))


@blueprint.get("/evaluations/<name>", responses=answers(EvaluationOut, 200))
def show_evaluation(path: EvaluationPath) -> Response:
    """One evaluation, with the counts that correct shares."""
    return reply(EvaluationOut.of(find_evaluation(path.name)))


def find_evaluation(name: str) -> Evaluation:
    """The evaluation, or an answer that there is none."""
    with services().database.read() as session:
        evaluation = read_evaluation(session, name)
    if evaluation is None:
        abort(404, "There is no such evaluation.")
    return evaluation
