"""The audience: who was there, over one job or over all."""

from collections.abc import Callable, Iterator
from http import HTTPStatus

import pyarrow
from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from api.errors import ERRORS, ApiError, answers
from api.jobs import find_job
from api.replies import reply
from api.requests import AudienceParameters
from api.schemas import AudienceOut
from api.services import services
from api.tables import CSV, PARQUET, Row, reply_file, stream_csv, stream_parquet
from db.audience import AudienceQuery, read_audience
from db.bands import parse_bands

blueprint = APIBlueprint(
    "audience", __name__, url_prefix="/v1", abp_tags=[Tag(name="audience")], abp_responses=ERRORS
)
TEXT, REAL = pyarrow.string(), pyarrow.float64()
AUDIENCE_SCHEMA = pyarrow.schema(
    {
        "gender": TEXT,
        "age_band": TEXT,
        "faces": pyarrow.int64(),
        "share": REAL,
        "share_low": REAL,
        "share_high": REAL,
    }
)
TABLES = {
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/AudienceOut"}},
        CSV: {"schema": {"type": "string"}},
        PARQUET: {"schema": {"type": "string", "format": "binary"}},
    }
}
AudienceOut.model_config["openapi_extra"] = TABLES  # type: ignore[typeddict-unknown-key]


@blueprint.get("/audience", responses=answers(AudienceOut, 200))
def show_audience(query: AudienceParameters) -> Response:
    """Faces by gender and age band, with shares and their 95 % intervals.

    `bands` is marketing, adience, life_stage, or a list of your own such as 0-17,18-34,35-120. A
    job that is not there is a 404; an erased one has nobody.
    """
    if query.job is not None:
        find_job(query.job)
    with services().database.read() as session:
        audience = read_audience(session, _to_query(query))
    return _FORMATS[query.format](AudienceOut.of(audience))


def _reply_csv(audience: AudienceOut) -> Response:
    return reply_file(stream_csv(AUDIENCE_SCHEMA, _make_rows(audience)), CSV, "audience.csv")


def _reply_parquet(audience: AudienceOut) -> Response:
    pieces = stream_parquet(AUDIENCE_SCHEMA, _make_rows(audience))
    return reply_file(pieces, PARQUET, "audience.parquet")


_FORMATS: dict[str, Callable[[AudienceOut], Response]] = {
    "json": reply,
    "csv": _reply_csv,
    "parquet": _reply_parquet,
}


def _make_rows(audience: AudienceOut) -> Iterator[Row]:
    for group in audience.groups:
        share = group.share
        yield group.gender, group.age_band, group.faces, share.value, share.low, share.high


def _to_query(parameters: AudienceParameters) -> AudienceQuery:
    try:
        groups, bands = parameters.groups(), parse_bands(parameters.bands)
    except ValueError as error:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), "invalid_request") from error
    return AudienceQuery(
        bands=bands,
        by_gender="gender" in groups,
        by_age_band="age_band" in groups,
        job_id=parameters.job,
        tag=parameters.tag,
    )
