"""Tables as CSV and Parquet, written row by row while they are sent."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from itertools import chain, islice

import pyarrow
from flask import Response
from pyarrow.parquet import ParquetWriter

# A group is in memory at once: a few MB, and large enough to compress well and to be skipped.
ROWS_PER_GROUP = 20_000
# A spreadsheet treats a text that starts like this as a formula, some after spaces and invisible
# characters, and some in the full-width and small spellings, or with the sign of a minus.
FORMULA = re.compile(
    r"[\s\u200b-\u200f\u2060\ufeff]*"
    r"[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212]|[\t\r\n]"
)

Row = Sequence[object]


def reply_file(content: Iterable[str] | Iterable[bytes], media_type: str, name: str) -> Response:
    """An answer that is sent while it is made, and that browsers save under this name."""
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def stream_csv(schema: pyarrow.Schema, rows: Iterable[Row]) -> Iterator[str]:
    """A line with the names of columns, then one for each row."""
    header: Iterable[Row] = [schema.names]
    for row in chain(header, rows):
        line = StringIO()
        csv.writer(line).writerow(map(_format_cell, row))
        yield line.getvalue()


def _format_cell(value: object) -> object:
    if isinstance(value, str):
        return "'" + value if FORMULA.match(value) else value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else None
    return value


def stream_parquet(
    schema: pyarrow.Schema, rows: Iterable[Row], rows_per_group: int = ROWS_PER_GROUP
) -> Iterator[bytes]:
    """Parquet, a group of rows at a time; each group is sent before the next is read."""
    outlet = _Outlet()
    waiting = iter(rows)
    with ParquetWriter(outlet, schema, compression="zstd") as writer:
        # The header is sent immediately, so that the client knows the answer has begun.
        yield outlet.take()
        while group := list(islice(waiting, rows_per_group)):
            writer.write_table(_make_table(schema, group))
            yield outlet.take()
    yield outlet.take()


def _make_table(schema: pyarrow.Schema, rows: Sequence[Row]) -> pyarrow.Table:
    columns = zip(*rows, strict=True)
    arrays = [
        pyarrow.array(column, type) for column, type in zip(columns, schema.types, strict=True)
    ]
    return pyarrow.Table.from_arrays(arrays, schema=schema)


class _Outlet(BytesIO):
    """Keeps written bytes until they are taken. Positions keep counting, as Parquet stores them."""

    def __init__(self) -> None:
        super().__init__()
        self._taken = 0

    def take(self) -> bytes:
        written = self.getvalue()
        self._taken += len(written)
        self.seek(0)
        self.truncate()
        return written

    def tell(self) -> int:
        return self._taken + super().tell()

    def close(self) -> None:
        """Does nothing: the last bytes are taken after the writer has closed the file."""
