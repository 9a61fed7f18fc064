"""Results of a job: a page as JSON, or all of them streamed as NDJSON or CSV."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from itertools import chain

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from api.errors import ERRORS, answers
from api.jobs import find_job
from api.replies import reply
from api.requests import RESULTS_PER_PAGE, JobPath, ResultsQuery
from api.schemas import ResultOut, ResultsOut
from api.services import services
from db.engine import Database
from db.results import ResultFilter, read_results
from db.values import StoredItem

blueprint = APIBlueprint(
    "results", __name__, url_prefix="/v1", abp_tags=[Tag(name="results")], abp_responses=ERRORS
)
STREAM_PAGE = 500
ITEM_COLUMNS = (
    "item", "name", "state", "error_code", "error_message", "width", "height", "captured_at",
    "dimensions", "thumbnail", "duplicate_of",
)  # fmt: skip
FACE_COLUMNS = (
    "face", "x", "y", "box_width", "box_height", "score", "gender", "gender_probability", "female",
    "age_years", "age_low", "age_high", "age_group",
)  # fmt: skip
# A spreadsheet takes a text that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

STREAMS = {
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/ResultsOut"}},
        "application/x-ndjson": {"schema": {"$ref": "#/components/schemas/ResultOut"}},
        "text/csv": {"schema": {"type": "string"}},
    }
}
ResultsOut.model_config["openapi_extra"] = STREAMS  # type: ignore[typeddict-unknown-key]


@blueprint.get("/jobs/<int:job_id>/results", responses=answers(ResultsOut, 200))
def list_results(path: JobPath, query: ResultsQuery) -> Response:
    """One line for each item, in the order they were submitted; more as the job goes on.

    JSON comes a page at a time: `next_cursor` is the `cursor` of the next. NDJSON and CSV (one row
    for each face) bring all at once unless `limit` is given.
    """
    database = services().database
    find_job(path.job_id)
    return _FORMATS[query.format](database, path.job_id, query)


def _reply_json(database: Database, job_id: int, query: ResultsQuery) -> Response:
    limit = query.limit or RESULTS_PER_PAGE
    with database.read() as session:
        items = read_results(session, job_id, query.to_filter(), after=query.cursor, limit=limit)
    next_cursor = items[-1].position if len(items) == limit else None
    results = [ResultOut.of(item) for item in items]
    return reply(ResultsOut(results=results, next_cursor=next_cursor))


def _reply_ndjson(database: Database, job_id: int, query: ResultsQuery) -> Response:
    lines = (
        ResultOut.of(item).model_dump_json() + "\n" for item in _read_all(database, job_id, query)
    )
    return Response(lines, mimetype="application/x-ndjson")


def _reply_csv(database: Database, job_id: int, query: ResultsQuery) -> Response:
    rows = (row for item in _read_all(database, job_id, query) for row in _rows(ResultOut.of(item)))
    header: Iterable[list[object]] = [[*ITEM_COLUMNS, *FACE_COLUMNS]]
    response = Response(map(_csv_line, chain(header, rows)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="job-{job_id}.csv"'
    return response


_FORMATS: dict[str, Callable[[Database, int, ResultsQuery], Response]] = {
    "json": _reply_json,
    "ndjson": _reply_ndjson,
    "csv": _reply_csv,
}


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


def _rows(result: ResultOut) -> Iterator[list[object]]:
    """A row for each face; an item without one has a row with the columns of faces left empty."""
    error = result.error
    item: list[object] = [
        result.item,
        _plain(result.name),
        result.state,
        error.code if error else None,
        _plain(error.message) if error else None,
        result.width,
        result.height,
        result.captured_at.isoformat() if result.captured_at else None,
        json.dumps(result.dimensions, ensure_ascii=False) if result.dimensions else None,
        result.thumbnail,
        result.duplicate_of,
    ]
    for number, face in enumerate(result.faces, start=1):
        box, gender, age = face.box, face.gender, face.age
        yield [
            *item,
            *(number, box.x, box.y, box.width, box.height, face.score),
            *(gender.value, gender.probability, gender.female),
            *(age.years, age.low, age.high, age.group),
        ]
    if not result.faces:
        yield [*item, *(None for _ in FACE_COLUMNS)]


def _plain(text: str) -> str:
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def _csv_line(row: Iterable[object]) -> str:
    line = StringIO()
    csv.writer(line).writerow(row)
    return line.getvalue()
