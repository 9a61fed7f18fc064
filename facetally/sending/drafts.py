"""A job that takes more items until it is finalized."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from facetally.connection import Connection
from facetally.job import Job, make_job
from facetally.local_files.files import SizedFile
from facetally.options import Submission
from facetally.sending.multipart import Form

JOBS = "/v1/jobs"
JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}

# Passes blocks on while they are sent.
Watch = Callable[[Iterable[bytes]], Iterable[bytes]]


class Draft:
    """Items are appended in any number of requests; each of them counts once, however often it is
    sent under the same key."""

    def __init__(self, connection: Connection, job: Job) -> None:
        self.id = job.id
        self.job = job  # as it was when it was opened
        self._connection = connection
        self._appends = 0

    def append(self, items: Sequence[bytes], key: str | None = None) -> None:
        """Add items that are JSON already, in one request."""
        self._appends += 1
        headers = {**NDJSON, "Idempotency-Key": key or f"append-{self.id}-{self._appends}"}
        self._connection.send(f"{JOBS}/{self.id}/items", b"\n".join(items), headers)

    def append_files(
        self,
        files: Sequence[SizedFile],
        shared: Mapping[str, str],
        key: str,
        watch: Watch = iter,
    ) -> None:
        """Upload files with what is said of each, in one request; `watch` sees its blocks."""
        fields = [
            ("items", json.dumps([file.to_json() for file in files])),
            ("dimensions", json.dumps(dict(shared))),
        ]
        form = Form(fields, files)
        headers = {
            "Content-Type": form.content_type,
            "Content-Length": str(form.length_bytes),
            "Idempotency-Key": key,
        }
        self._connection.send(f"{JOBS}/{self.id}/items", watch(form), headers)

    def count_received(self, name: str) -> int:
        """How many bytes of a large file have arrived."""
        data = self._connection.get(f"{JOBS}/{self.id}/pieces/{name}")
        return self._connection.parse(_Received, data).received_bytes

    def append_piece(
        self, name: str, offset: int, blocks: Iterable[bytes], size_bytes: int
    ) -> None:
        """Send a piece of a large file, which begins where the last one ended."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size_bytes)}
        path, query = f"{JOBS}/{self.id}/pieces/{name}", [("offset", str(offset))]
        self._connection.send(path, blocks, headers, query)

    def join_pieces(self, name: str, file: SizedFile, shared: Mapping[str, str], key: str) -> None:
        """Add a large file whose pieces have all arrived, with what is said of it."""
        said = {**file.to_json(), "size_bytes": file.size_bytes, "shared": dict(shared)}
        path, headers = f"{JOBS}/{self.id}/pieces/{name}/join", {**JSON, "Idempotency-Key": key}
        self._connection.send(path, json.dumps(said).encode(), headers)

    def read_accepted(self) -> frozenset[str]:
        """The keys of the requests that arrived."""
        data = self._connection.get(f"{JOBS}/{self.id}/requests")
        return frozenset(self._connection.parse(_Accepted, data).idempotency_keys)

    def discard(self) -> None:
        """Erase it with what was uploaded, unless it has started."""
        if self.job.refresh().state == "draft":
            self._connection.call("DELETE", f"{JOBS}/{self.id}")

    def finalize(self) -> Job:
        """No more items: the work begins."""
        data = self._connection.call("POST", f"{JOBS}/{self.id}/finalize")
        return make_job(self._connection, data)


def open_draft(connection: Connection, submission: Submission, key: str | None = None) -> Draft:
    """A job without items; the one that has been opened under the same key before, if there is
    one."""
    body = json.dumps({**submission.to_json(), "draft": True}).encode()
    headers = {"Idempotency-Key": key} if key else submission.to_headers()
    data = connection.send(JOBS, body, {**JSON, **headers})
    return Draft(connection, make_job(connection, data))


@dataclass(frozen=True, slots=True)
class _Received:
    received_bytes: int


@dataclass(frozen=True, slots=True)
class _Accepted:
    idempotency_keys: tuple[str, ...]
