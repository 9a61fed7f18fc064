"""Sends items to a server as one job: files as a form, addresses as JSON, lists as they are."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from facetally.blocks import BLOCK_BYTES
from facetally.connection import Connection
from facetally.errors import Error, FileProblem, InvalidInput
from facetally.files import SizedFile, find_files, split_readable
from facetally.items import Item, Sources, media_type_of
from facetally.job import Job, make_job
from facetally.multipart import Form
from facetally.options import Submission

JOBS = "/v1/jobs"
JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}
# Larger submissions go through a draft, this many items per request.
ITEMS_PER_REQUEST = 10_000
# What is said of each is a field of the form, which the server holds in memory.
FILES_PER_REQUEST = 200


def submit_sources(connection: Connection, sources: Sources, submission: Submission) -> Job:
    """One job of everything that is given."""
    if sources.paths:
        return submit_files(connection, _find_all(sources.paths), submission)
    if sources.items:
        return submit_items(connection, sources.items, submission)
    if submission.dimensions:
        raise InvalidInput("A list has dimensions in its columns.")
    if sources.local_list is not None:
        return submit_list(connection, sources.local_list, submission)
    return submit_manifest(connection, sources.remote_list or "", submission)


def _find_all(paths: Sequence[Path]) -> list[SizedFile]:
    found = find_files(paths)
    files, unreadable = split_readable(found.files)
    if unreadable or found.unreadable:
        raise FileProblem(f"Can't read {', '.join([*unreadable, *found.unreadable])}.")
    if not files:
        raise FileProblem("There are no pictures or videos at these paths.")
    return files


def submit_files(connection: Connection, files: Sequence[SizedFile], submission: Submission) -> Job:
    """Upload files, which are read while they are sent; through a draft where something is said of
    each of them."""
    if any(file.captured_at or file.dimensions for file in files):
        return submit_mixed(connection, files, (), submission)
    fields = [("tags", tag) for tag in submission.tags]
    fields += [
        (name, value if isinstance(value, str) else json.dumps(value))
        for name, value in submission.to_json().items()
        if name != "tags"
    ]
    if submission.dimensions:
        fields.append(("dimensions", json.dumps(dict(submission.dimensions))))
    form = Form(fields, files)
    length = {"Content-Type": form.content_type, "Content-Length": str(form.length_bytes)}
    headers = {**length, **submission.to_headers()}
    return make_job(connection, connection.send(JOBS, form, headers))


def submit_mixed(
    connection: Connection,
    files: Sequence[SizedFile],
    items: Iterable[Item],
    submission: Submission,
) -> Job:
    """Files with what is said of each, and addresses, as one job; a failure leaves nothing."""
    draft = open_draft(connection, submission)
    try:
        left = iter(files)
        while batch := list(islice(left, FILES_PER_REQUEST)):
            draft.append_files(batch, submission.dimensions)
        lines = (json.dumps(item.to_json(submission.dimensions)).encode() for item in items)
        while page := list(islice(lines, ITEMS_PER_REQUEST)):
            draft.append(page)
        return draft.finalize()
    except BaseException:
        with suppress(Error):
            draft.discard()
        raise


def submit_items(connection: Connection, items: Iterable[Item], submission: Submission) -> Job:
    """Items by their addresses; where there are very many, through a draft."""
    lines = (json.dumps(item.to_json(submission.dimensions)).encode() for item in items)
    page = list(islice(lines, ITEMS_PER_REQUEST))
    if len(page) < ITEMS_PER_REQUEST:
        body = write_job(page, submission.to_json())
        headers = {**JSON, **submission.to_headers()}
        return make_job(connection, connection.send(JOBS, body, headers))
    draft = open_draft(connection, submission)
    while page:
        draft.append(page)
        page = list(islice(lines, ITEMS_PER_REQUEST))
    return draft.finalize()


def write_job(items: Sequence[bytes], fields: dict[str, object]) -> Iterator[bytes]:
    """The JSON of a submission whose items are JSON already."""
    yield json.dumps(fields).removesuffix("}").encode() + b', "items": ['
    yield b",\n".join(items)
    yield b"]}"


class Draft:
    """A job that takes more items until it is finalized."""

    def __init__(self, connection: Connection, job_id: int) -> None:
        self.id = job_id
        self._connection = connection
        self._appends = 0

    def append(self, items: Sequence[bytes]) -> None:
        """Add items that are JSON already, in one request."""
        self._appends += 1
        headers = {**NDJSON, "Idempotency-Key": f"append-{self.id}-{self._appends}"}
        self._connection.send(f"{JOBS}/{self.id}/items", b"\n".join(items), headers)

    def append_files(self, files: Sequence[SizedFile], shared: Mapping[str, str]) -> None:
        """Upload files with what is said of each, in one request."""
        self._appends += 1
        fields = [
            ("items", json.dumps([file.to_json() for file in files])),
            ("dimensions", json.dumps(dict(shared))),
        ]
        form = Form(fields, files)
        headers = {
            "Content-Type": form.content_type,
            "Content-Length": str(form.length_bytes),
            "Idempotency-Key": f"append-{self.id}-{self._appends}",
        }
        self._connection.send(f"{JOBS}/{self.id}/items", form, headers)

    def discard(self) -> None:
        """Erase it with what was uploaded."""
        self._connection.call("DELETE", f"{JOBS}/{self.id}")

    def finalize(self) -> Job:
        """No more items: the work begins."""
        data = self._connection.call("POST", f"{JOBS}/{self.id}/finalize")
        return make_job(self._connection, data)


def open_draft(connection: Connection, submission: Submission) -> Draft:
    body = json.dumps({**submission.to_json(), "draft": True}).encode()
    data = connection.send(JOBS, body, {**JSON, **submission.to_headers()})
    return Draft(connection, make_job(connection, data).id)


def submit_list(connection: Connection, path: Path, submission: Submission) -> Job:
    """The lines of a file on this machine, which the server checks before it adds any."""
    headers = {"Content-Type": media_type_of(path) or "", **submission.to_headers()}
    try:
        file = path.open("rb")
    except OSError as error:
        raise FileProblem(f"Can't read {path}: {error.strerror}.") from error
    with file:
        blocks = iter(lambda: file.read(BLOCK_BYTES), b"")
        query = list(_list_parameters(submission))
        return make_job(connection, connection.send(JOBS, blocks, headers, query))


def _list_parameters(submission: Submission) -> Iterator[tuple[str, str]]:
    """The query of a list, whose body has no room for anything else."""
    for tag in submission.tags:
        yield "tag", tag
    fields = submission.to_json()
    for name, value in {**submission.options.to_json(), **fields}.items():
        if name not in ("tags", "options"):
            yield name, str(value).lower() if isinstance(value, bool) else str(value)


def submit_manifest(connection: Connection, uri: str, submission: Submission) -> Job:
    """A list that the server reads itself."""
    body = json.dumps({"manifest": uri, **submission.to_json()}).encode()
    headers = {**JSON, **submission.to_headers()}
    return make_job(connection, connection.send(JOBS, body, headers))
