"""A table in the two forms that other programs read, row by row: CSV and Parquet."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from itertools import chain, islice

import pyarrow
from flask import Response
from pyarrow.parquet import ParquetWriter

# The types of the columns of a table.
TEXT, WHOLE, REAL = pyarrow.string(), pyarrow.int32(), pyarrow.float64()
# What is in memory at a time, some MB; and enough that readers skip and compress well.
ROWS_PER_GROUP = 20_000
# A spreadsheet takes a text that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Row = Sequence[object]


def reply_file(pieces: Iterable[str] | Iterable[bytes], media_type: str, name: str) -> Response:
    """An answer that is sent while it is made, and kept by browsers under this name."""
    response = Response(pieces, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def stream_csv(schema: pyarrow.Schema, rows: Iterable[Row]) -> Iterator[str]:
    """A line of names, then one for each row."""
    header: Iterable[Row] = [schema.names]
    for row in chain(header, rows):
        line = StringIO()
        csv.writer(line).writerow(map(_spell, row))
        yield line.getvalue()


def _spell(value: object) -> object:
    if isinstance(value, str):
        return "'" + value if value.startswith(FORMULA_STARTS) else value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else None
    return value


def stream_parquet(
    schema: pyarrow.Schema, rows: Iterable[Row], rows_per_group: int = ROWS_PER_GROUP
) -> Iterator[bytes]:
    """A group of rows at a time, each sent before the next is read."""
    outlet = _Outlet()
    waiting = iter(rows)
    with ParquetWriter(outlet, schema, compression="zstd") as writer:
        # The head goes out at once: whoever waits for it knows that more will come.
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
    """Keeps what is written until it is taken, and counts on: Parquet notes where things are."""

    def __init__(self) -> None:
        super().__init__()
        self._taken = 0

    def take(self) -> bytes:
        piece = self.getvalue()
        self._taken += len(piece)
        self.seek(0)
        self.truncate()
        return piece

    def tell(self) -> int:
        return self._taken + super().tell()

    def close(self) -> None:
        """What is left is still to be taken, after the writer has closed."""
