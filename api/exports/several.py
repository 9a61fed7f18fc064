"""The results of several jobs as one table: each row and each line says of which job it is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow
from flask import Response

from api.exports.columns import NUMBER
from api.exports.export import Export, describe_packs
from api.exports.tables import Row, reply_file, stream_csv, stream_parquet
from api.media_types import CSV, NDJSON, PARQUET
from api.schemas.results import SeveralResultsQuery
from db.engine import Database
from db.job_values import JobStatus

JOB_COLUMN = pyarrow.field("job", NUMBER)
Stream = Callable[[pyarrow.Schema, Iterator[Row]], Iterator[str] | Iterator[bytes]]
TABLES: dict[str, tuple[str, Stream]] = {
    "csv": (CSV, stream_csv),
    "parquet": (PARQUET, stream_parquet),
}


@dataclass(frozen=True, slots=True)
class SeveralJobs:
    """What a query asks for of these jobs, one after the other."""

    database: Database
    jobs: Sequence[JobStatus]
    query: SeveralResultsQuery
    export: Export[Any, Any]

    def reply(self) -> Response:
        name = f"results{self.export.suffix}.{self.query.format}"
        if self.query.format == "ndjson":
            return reply_file(self._stream_lines(), NDJSON, name)
        media_type, stream = TABLES[self.query.format]
        schema = pyarrow.schema([JOB_COLUMN, *self.export.schema])
        return reply_file(stream(schema, self._make_rows()), media_type, name)

    def _stream_lines(self) -> Iterator[str]:
        for job in self.jobs:
            for entry in self._read(job):
                line = self.export.make_line(entry).model_dump_json()
                yield f'{{"job":{job.id},{line.removeprefix("{")}\n'

    def _make_rows(self) -> Iterator[Row]:
        for job in self.jobs:
            packs = describe_packs(job)
            for entry in self._read(job):
                for row in self.export.make_rows(self.export.make_line(entry)):
                    yield (job.id, *row, packs)

    def _read(self, job: JobStatus) -> Iterator[Any]:
        return self.export.read_matching(self.database, job.id, self.query.to_filter())
