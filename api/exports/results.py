"""Results of a job: a line for each item; a row for each face, and one for an item without any."""

from collections.abc import Iterator

import pyarrow

from api.exports.columns import (
    BOX_COLUMNS,
    DIMENSIONS,
    ESTIMATE_COLUMNS,
    MOMENT,
    NUMBER,
    PACK_COLUMN,
    QUALITY_COLUMNS,
    REAL,
    TEXT,
    WHOLE,
    make_box_cells,
    make_estimate_cells,
    make_quality_cells,
)
from api.exports.export import Export
from api.exports.tables import Row
from api.schemas.faces import FaceOut
from api.schemas.results import ResultOut, ResultsOut
from db.item_values import StoredItem
from db.results.reading import read_results

ITEM_COLUMNS = {
    "item": NUMBER,
    "name": TEXT,
    "state": TEXT,
    "error_code": TEXT,
    "error_message": TEXT,
    "width": WHOLE,
    "height": WHOLE,
    "captured_at": MOMENT,
    "dimensions": DIMENSIONS,
    "thumbnail": TEXT,
    "duplicate_of": NUMBER,
}
FACE_COLUMNS = {
    "face": WHOLE,
    **BOX_COLUMNS,
    "score": REAL,
    **ESTIMATE_COLUMNS,
    **QUALITY_COLUMNS,
    "frame": WHOLE,
    "time_seconds": REAL,
    "track": WHOLE,
    "person": WHOLE,
}
RESULT_SCHEMA = pyarrow.schema({**ITEM_COLUMNS, **FACE_COLUMNS, **PACK_COLUMN})


def make_rows(result: ResultOut) -> Iterator[Row]:
    """An item without faces has one row, in which the columns of faces are empty."""
    item = _make_item_cells(result)
    for number, face in enumerate(result.faces, start=1):
        yield (*item, number, *_make_face_cells(face))
    if not result.faces:
        yield (*item, *(None for _ in FACE_COLUMNS))


def _make_item_cells(result: ResultOut) -> Row:
    error = result.error
    return (
        result.item,
        result.name,
        result.state.value,
        error.code.value if error else None,
        error.message if error else None,
        result.width,
        result.height,
        result.captured_at,
        result.dimensions,
        result.thumbnail,
        result.duplicate_of,
    )


def _make_face_cells(face: FaceOut) -> Row:
    return (
        *make_box_cells(face.box),
        face.score,
        *make_estimate_cells(face.gender, face.age),
        *make_quality_cells(face.quality),
        *(face.frame, face.time_seconds, face.track, face.person),
    )


def _make_page(results: list[ResultOut], next_cursor: int | None) -> ResultsOut:
    return ResultsOut(results=results, next_cursor=next_cursor)


def _find_cursor(item: StoredItem) -> int:
    return item.position


RESULTS = Export(
    suffix="",
    read_page=read_results,
    find_cursor=_find_cursor,
    make_line=ResultOut.of,
    make_page=_make_page,
    schema=RESULT_SCHEMA,
    make_rows=make_rows,
)
