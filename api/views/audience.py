"""The audience of one job or of all jobs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, fields

import pyarrow
from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.audience_schemas.audience import AudienceOut, AudienceParameters
from api.errors import InvalidRequest
from api.exports.columns import DIMENSIONS, NUMBER, REAL, TEXT
from api.exports.tables import Row, reply_file, stream_csv, stream_parquet
from api.media_types import CSV, JSON, PARQUET
from api.operator_views.evaluations import find_evaluation
from api.schemas.errors import ERRORS, answers
from api.schemas.replies import BINARY, PLAIN, reply
from api.services import services
from api.validation import refuse_repeated_parameters
from api.views.job_replies import was_erased
from api.views.vocabulary import refuse_unknown_words
from db.audience.screen_time import ScreenTime
from db.audience.table import Audience, read_audiences
from db.slices.evaluations import Evaluation
from db.slices.queries import AudienceQuery, AudienceTooLarge
from models.errors import CalibrationError
from models.statistics.shares import Share

blueprint = APIBlueprint(
    "audience", __name__, url_prefix="/v1", abp_tags=[Tag(name="audience")], abp_responses=ERRORS
)
AUDIENCE_SCHEMA = pyarrow.schema(
    {
        "dimensions": DIMENSIONS,
        "period": TEXT,
        "gender": TEXT,
        "age_band": TEXT,
        "faces": NUMBER,
        "share": REAL,
        "share_low": REAL,
        "share_high": REAL,
        "share_within": REAL,
        "share_within_low": REAL,
        "share_within_high": REAL,
        "soft_share": REAL,
        "corrected": REAL,
        "corrected_low": REAL,
        "corrected_high": REAL,
        "seconds": REAL,
        "mean_seconds": REAL,
        "median_seconds": REAL,
        "attention": REAL,
        "people_low": NUMBER,
        "people_high": NUMBER,
    }
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
    try:
        return parameters.to_query(current_caller().reach, services().min_cell, calibration)
    except ValueError as error:
        raise InvalidRequest(str(error)) from error


def _read(session: Session, queries: Sequence[AudienceQuery]) -> list[Audience]:
    try:
        return read_audiences(session, queries)
    except (AudienceTooLarge, CalibrationError) as error:
        raise InvalidRequest(str(error)) from error


def _reply_csv(audience: AudienceOut) -> Response:
    return reply_file(stream_csv(AUDIENCE_SCHEMA, _make_rows(audience)), CSV, "audience.csv")


def _reply_parquet(audience: AudienceOut) -> Response:
    groups = stream_parquet(AUDIENCE_SCHEMA, _make_rows(audience))
    return reply_file(groups, PARQUET, "audience.parquet")


_FORMATS: dict[str, Callable[[AudienceOut], Response]] = {
    "json": reply,
    "csv": _reply_csv,
    "parquet": _reply_parquet,
}


def _make_rows(audience: AudienceOut) -> Iterator[Row]:
    for group in audience.groups:
        yield (
            group.dimensions,
            group.period,
            group.gender,
            group.age_band,
            group.faces,
            *share_cells(group.share),
            *share_cells(group.share_within),
            group.soft_share,
            *share_cells(group.corrected),
            *time_cells(group.screen_time),
            *(astuple(group.people) if group.people else (None, None)),
        )


def share_cells(share: Share | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if share is None else (share.value, share.low, share.high)


def time_cells(time: ScreenTime | None) -> tuple[float | None, ...]:
    return (None,) * len(fields(ScreenTime)) if time is None else astuple(time)
