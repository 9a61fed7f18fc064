"""The audience of one job or of all jobs."""

from collections.abc import Callable, Sequence

from flask import Response
from flask_openapi3 import Tag
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.audience_schemas.audience import AudienceOut, AudienceParameters
from api.call_groups import CallGroup
from api.errors import invalid_if
from api.exports.audience import AUDIENCE_SCHEMA, make_audience_rows
from api.exports.tables import reply_file, stream_csv, stream_parquet
from api.media_types import CSV, JSON, PARQUET
from api.operator_views.evaluations import find_evaluation
from api.schemas.errors import ERRORS, answers
from api.schemas.replies import BINARY, PLAIN, reply
from api.services import services
from api.validation import refuse_repeated_parameters
from api.views.job_replies import was_erased
from api.views.vocabulary import refuse_unknown_words
from db.audience.table import Audience, read_audiences
from db.slices.evaluations import Evaluation
from db.slices.queries import AudienceQuery, AudienceTooLarge
from models.errors import CalibrationError

blueprint = CallGroup(
    "audience", __name__, url_prefix="/v1", abp_tags=[Tag(name="audience")], abp_responses=ERRORS
)
TABLES = {
    "content": {
        JSON: {"schema": {"$ref": "#/components/schemas/AudienceOut"}},
        CSV: PLAIN,
        PARQUET: BINARY,
    }
}
AudienceOut.model_config["openapi_extra"] = TABLES  # type: ignore[typeddict-unknown-key]


@blueprint.get("/audience", responses=answers(AudienceOut, 200))
def show_audience(query: AudienceParameters) -> Response:
    """Count faces by gender, age band, dimensions and time.

    Shares come with 95% confidence intervals. `bands` is marketing, adience, life_stage, or a list
    of your own such as 0-17,18-34,35-120. `calibration` names an evaluation, which corrects the
    shares for the errors of the models. An unknown job or evaluation is a 404, and an unknown tag,
    dimension or value a 422 that names what there is; an erased job has an empty audience.
    """
    refuse_repeated_parameters()
    [audience] = find_audiences(query)
    return _FORMATS[query.format](audience)


def find_audiences(*asked: AudienceParameters) -> list[AudienceOut]:
    """Several groupings of the same faces; all queries must select the same ones."""
    first = asked[0]
    is_erased = first.job is not None and was_erased(first.job)
    calibration = None if first.calibration is None else find_evaluation(first.calibration)
    queries = [_to_query(parameters, calibration) for parameters in asked]
    with services().database.read() as session:
        if not is_erased:
            refuse_unknown_words(session, *(query.slices for query in queries))
        found = _read(session, queries)
    return [AudienceOut.of(*pair) for pair in zip(found, queries, strict=True)]


def _to_query(parameters: AudienceParameters, calibration: Evaluation | None) -> AudienceQuery:
    with invalid_if(ValueError):
        return parameters.to_query(current_caller().reach, services().min_cell, calibration)


def _read(session: Session, queries: Sequence[AudienceQuery]) -> list[Audience]:
    with invalid_if(AudienceTooLarge, CalibrationError):
        return read_audiences(session, queries)


def _reply_csv(audience: AudienceOut) -> Response:
    return reply_file(
        stream_csv(AUDIENCE_SCHEMA, make_audience_rows(audience)), CSV, "audience.csv"
    )


def _reply_parquet(audience: AudienceOut) -> Response:
    groups = stream_parquet(AUDIENCE_SCHEMA, make_audience_rows(audience))
    return reply_file(groups, PARQUET, "audience.parquet")


_FORMATS: dict[str, Callable[[AudienceOut], Response]] = {
    "json": reply,
    "csv": _reply_csv,
    "parquet": _reply_parquet,
}
