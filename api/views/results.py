"""Results of a job: a page as JSON, or all of them streamed as a file."""

from collections.abc import Callable, Iterator
from functools import partial

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from api.exports.coco import CocoOut, stream_coco
from api.exports.result_rows import RESULT_SCHEMA, make_rows
from api.exports.tables import CSV, NDJSON, PARQUET, Row, reply_file, stream_csv, stream_parquet
from api.exports.track_results import reply_tracks
from api.schemas.errors import ERRORS, answers
from api.schemas.queries import RESULTS_PER_PAGE, ResultsQuery
from api.schemas.replies import inline_schema, reply
from api.schemas.requests import JobPath
from api.schemas.responses import ResultOut, ResultsOut
from api.schemas.tracks import TracksOut
from api.services import services
from api.validation import refuse_repeats
from api.views.jobs import find_job
from db.engine import Database
from db.item_values import StoredItem
from db.results.filters import ResultFilter
from db.results.reading import read_results

blueprint = APIBlueprint(
    "results", __name__, url_prefix="/v1", abp_tags=[Tag(name="results")], abp_responses=ERRORS
)
STREAM_PAGE = 500
STREAMS = {
    "content": {
        "application/json": {
            "schema": {
                "oneOf": [
                    {"$ref": "#/components/schemas/ResultsOut"},
                    inline_schema(TracksOut),
                    inline_schema(CocoOut),
                ]
            }
        },
        NDJSON: {"schema": {"$ref": "#/components/schemas/ResultOut"}},
        CSV: {"schema": {"type": "string"}},
        PARQUET: {"schema": {"type": "string", "format": "binary"}},
    }
}
ResultsOut.model_config["openapi_extra"] = STREAMS  # type: ignore[typeddict-unknown-key]


@blueprint.get("/jobs/<int:job_id>/results", responses=answers(ResultsOut, 200))
def list_results(path: JobPath, query: ResultsQuery) -> Response:
    """One line for each item, in the order they were submitted; more as the job goes on.

    JSON comes a page at a time: `next_cursor` is the `cursor` of the next. The others bring all at
    once unless `limit` is given: NDJSON a line for each item, CSV and Parquet a row for each face
    and one for an item without any, COCO the pictures that were analyzed and their faces.

    With `view=tracks` each line or row is a person in a shot of a video.
    """
    refuse_repeats()
    database = services().database
    find_job(path.job_id)
    if query.view == "tracks":
        return reply_tracks(database, path.job_id, query)
    return _FORMATS[query.format](database, path.job_id, query)


def _reply_json(database: Database, job_id: int, query: ResultsQuery) -> Response:
    limit = query.limit or RESULTS_PER_PAGE
    with database.read() as session:
        items = read_results(session, job_id, query.to_filter(), after=query.cursor, limit=limit)
    next_cursor = items[-1].position if len(items) == limit else None
    results = [ResultOut.of(item) for item in items]
    return reply(ResultsOut(results=results, next_cursor=next_cursor))


def _reply_ndjson(database: Database, job_id: int, query: ResultsQuery) -> Response:
    items = _read_all(database, job_id, query)
    lines = (ResultOut.of(item).model_dump_json() + "\n" for item in items)
    return reply_file(lines, NDJSON, f"job-{job_id}.ndjson")


def _reply_csv(database: Database, job_id: int, query: ResultsQuery) -> Response:
    lines = stream_csv(RESULT_SCHEMA, _read_rows(database, job_id, query))
    return reply_file(lines, CSV, f"job-{job_id}.csv")


def _reply_parquet(database: Database, job_id: int, query: ResultsQuery) -> Response:
    groups = stream_parquet(RESULT_SCHEMA, _read_rows(database, job_id, query))
    return reply_file(groups, PARQUET, f"job-{job_id}.parquet")


def _reply_coco(database: Database, job_id: int, query: ResultsQuery) -> Response:
    read = partial(_read_all, database, job_id)
    unlimited = query.model_copy(update={"limit": None})
    pieces = stream_coco(job_id, partial(read, query), partial(read, unlimited))
    return reply_file(pieces, "application/json", f"job-{job_id}.coco.json")


_FORMATS: dict[str, Callable[[Database, int, ResultsQuery], Response]] = {
    "json": _reply_json,
    "ndjson": _reply_ndjson,
    "csv": _reply_csv,
    "parquet": _reply_parquet,
    "coco": _reply_coco,
}


def _read_rows(database: Database, job_id: int, query: ResultsQuery) -> Iterator[Row]:
    for item in _read_all(database, job_id, query):
        yield from make_rows(ResultOut.of(item))


def _read_all(database: Database, job_id: int, query: ResultsQuery) -> Iterator[StoredItem]:
    """Page by page, each in a session of its own: a slow reader holds no connection."""
    wanted, after, left = query.to_filter(), query.cursor, query.limit
    while left is None or left > 0:
        limit = STREAM_PAGE if left is None else min(left, STREAM_PAGE)
        items = _read_page(database, job_id, wanted, after, limit)
        yield from items
        if len(items) < limit:
            return
        after = items[-1].position
        left = None if left is None else left - limit


def _read_page(
    database: Database, job_id: int, wanted: ResultFilter, after: int, limit: int
) -> list[StoredItem]:
    with database.read() as session:
        return read_results(session, job_id, wanted, after=after, limit=limit)
