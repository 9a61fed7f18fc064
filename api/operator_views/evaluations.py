"""Evaluations: how accurate the models are on labeled pictures."""

from flask import Response, abort
from flask_openapi3 import Tag

from api.access.callers import current_caller
from api.call_groups import CallGroup
from api.operator_schemas.evaluations import (
    EvaluationOut,
    EvaluationPath,
    EvaluationsOut,
    EvaluationSummary,
)
from api.schemas.errors import ERRORS, answers
from api.schemas.replies import reply
from api.services import services
from db.slices.evaluations import (
    Evaluation,
    read_evaluation,
    read_evaluations,
)

blueprint = CallGroup(
    "evaluations", __name__, url_prefix="/v1", abp_tags=[Tag(name="audience")], abp_responses=ERRORS
)


@blueprint.get("/evaluations", responses={200: EvaluationsOut})
def list_evaluations() -> Response:
    """List every stored evaluation with its accuracy."""
    with services().database.read() as session:
        evaluations = read_evaluations(session, current_caller().reach)
    return reply(EvaluationsOut(evaluations=[EvaluationSummary.of(one) for one in evaluations]))


@blueprint.get("/evaluations/<name>", responses=answers(EvaluationOut, 200))
def show_evaluation(path: EvaluationPath) -> Response:
    """Show one evaluation, with the counts that correct shares."""
    return reply(EvaluationOut.of(find_evaluation(path.name)))


def find_evaluation(name: str) -> Evaluation:
    """The evaluation of this name, or the request ends with 404."""
    with services().database.read() as session:
        evaluation = read_evaluation(session, current_caller().reach, name)
    if evaluation is None:
        abort(404, f"There is no evaluation named {name!r}.")
    return evaluation
