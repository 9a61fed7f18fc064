"""What can be exported of a job: a page of it as JSON, or all of it streamed as a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import pyarrow
from flask import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.exports.tables import Row, reply_file, stream_csv, stream_parquet
from api.media_types import CSV, NDJSON, PARQUET
from api.schemas.replies import reply
from api.schemas.results import RESULTS_PER_PAGE, ResultsQuery
from db.engine import Database
from db.job_values import JobStatus
from db.results.filters import ResultFilter

STREAM_PAGE = 500
StoredT = TypeVar("StoredT")
LineT = TypeVar("LineT", bound=BaseModel)


class ReadPage(Protocol[StoredT]):
    """Reads the entries of a job that follow the cursor `after`."""

    def __call__(
        self, session: Session, job_id: int, wanted: ResultFilter, /, *, after: int, limit: int
    ) -> list[StoredT]: ...


@dataclass(frozen=True, slots=True)
class Export(Generic[StoredT, LineT]):
    """One kind of entry of a job: where it is read, and how it looks as a line and as rows."""

    # Follows the job in the names of files.
    suffix: str
    read_page: ReadPage[StoredT]
    find_cursor: Callable[[StoredT], int]
    make_line: Callable[[StoredT], LineT]
    make_page: Callable[[list[LineT], int | None], BaseModel]
    schema: pyarrow.Schema
    make_rows: Callable[[LineT], Iterator[Row]]

    def reply(self, database: Database, job: JobStatus, query: ResultsQuery) -> Response:
        """The entries in the format of the query, unless that is COCO."""
        if query.format == "json":
            return reply(self._read_json(database, job.id, query))
        lines = map(self.make_line, self.read_all(database, job.id, query))
        media_type, stream = FILE_FORMATS[query.format]
        name = f"job-{job.id}{self.suffix}.{query.format}"
        return reply_file(stream(self, lines, describe_packs(job)), media_type, name)

    def read_all(self, database: Database, job_id: int, query: ResultsQuery) -> Iterator[StoredT]:
        """What a query asks for."""
        return self.read_matching(database, job_id, query.to_filter(), query.cursor, query.limit)

    def read_matching(
        self,
        database: Database,
        job_id: int,
        wanted: ResultFilter,
        after: int = -1,
        limit: int | None = None,
    ) -> Iterator[StoredT]:
        """Page by page, each in a session of its own: a slow reader holds no connection."""
        left = limit
        while left is None or left > 0:
            size = STREAM_PAGE if left is None else min(left, STREAM_PAGE)
            entries = self._read_page(database, job_id, wanted, after, size)
            yield from entries
            if len(entries) < size:
                return
            after = self.find_cursor(entries[-1])
            left = None if left is None else left - size

    def _read_json(self, database: Database, job_id: int, query: ResultsQuery) -> BaseModel:
        limit = query.limit or RESULTS_PER_PAGE
        entries = self._read_page(database, job_id, query.to_filter(), query.cursor, limit)
        next_cursor = self.find_cursor(entries[-1]) if len(entries) == limit else None
        return self.make_page([self.make_line(entry) for entry in entries], next_cursor)

    def _read_page(
        self, database: Database, job_id: int, wanted: ResultFilter, after: int, limit: int
    ) -> list[StoredT]:
        with database.read() as session:
            return self.read_page(session, job_id, wanted, after=after, limit=limit)


def describe_packs(job: JobStatus) -> str:
    """`default 1`: the models that analyzed a job; empty before its first items."""
    return " and ".join(f"{pack.name} {pack.version}" for pack in job.packs)


def _stream_ndjson(
    export: Export[Any, Any], lines: Iterator[BaseModel], packs: str
) -> Iterator[str]:
    return (line.model_dump_json() + "\n" for line in lines)


def _stream_csv(export: Export[Any, Any], lines: Iterator[BaseModel], packs: str) -> Iterator[str]:
    return stream_csv(export.schema, _make_rows(export, lines, packs))


def _stream_parquet(
    export: Export[Any, Any], lines: Iterator[BaseModel], packs: str
) -> Iterator[bytes]:
    return stream_parquet(export.schema, _make_rows(export, lines, packs))


def _make_rows(export: Export[Any, Any], lines: Iterator[BaseModel], packs: str) -> Iterator[Row]:
    # The last column: tables of several jobs can be put together.
    return ((*row, packs) for line in lines for row in export.make_rows(line))


Stream = Callable[[Export[Any, Any], Iterator[BaseModel], str], Iterator[str] | Iterator[bytes]]
# The media type and the content of each format that results and people can be saved in.
FILE_FORMATS: dict[str, tuple[str, Stream]] = {
    "csv": (CSV, _stream_csv),
    "ndjson": (NDJSON, _stream_ndjson),
    "parquet": (PARQUET, _stream_parquet),
}
