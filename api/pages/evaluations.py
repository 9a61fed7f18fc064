"""Evaluations: how accurate the packs are on labeled pictures, as a list and as reports."""

from flask import Blueprint, Response

from api.access.callers import current_caller
from api.headers import FILE_POLICY
from api.layout.rendering import show
from api.operator_schemas.evaluations import EvaluationOut
from api.operator_views.evaluations import find_evaluation
from api.reports.evaluation_report import render_evaluation
from api.services import services
from db.slices.evaluations import read_evaluations

blueprint = Blueprint("evaluations_page", __name__)


@blueprint.get("/evaluations")
def show_page() -> Response:
    """Every evaluation that may correct the reader's audiences."""
    with services().database.read() as session:
        evaluations = read_evaluations(session, current_caller().reach)
    return show("evaluations.html", evaluations=evaluations)


@blueprint.get("/evaluations/<name>")
def show_report(name: str) -> Response:
    """The report of one, as `facetally evaluate` writes it."""
    report = render_evaluation(EvaluationOut.of(find_evaluation(name)))
    headers = {"Content-Security-Policy": FILE_POLICY}
    return Response(report, mimetype="text/html", headers=headers)
