"""Sends items to a server as one job: files in parts, addresses as JSON, lists as they are."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from facetally.blocks import BLOCK_BYTES
from facetally.connection import Connection
from facetally.errors import FileProblem, InvalidInput
from facetally.items import Item, Sources, media_type_of
from facetally.job import Job, make_job
from facetally.local_files.files import SizedFile, find_files, split_readable
from facetally.options import Submission
from facetally.sending.drafts import JOBS, JSON, open_draft
from facetally.sending.parts import read_limits, split_oversized
from facetally.sending.uploads import ITEMS_PER_REQUEST, Progress, Upload


def submit_sources(connection: Connection, sources: Sources, submission: Submission) -> Job:
    """One job of everything that is given."""
    if sources.paths:
        return submit_files(connection, _find_all(sources.paths), submission)
    if sources.remote_folder is not None:
        return submit_folder(connection, sources.remote_folder, submission)
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


def submit_files(
    connection: Connection,
    files: Sequence[SizedFile],
    submission: Submission,
    items: Iterable[Item] = (),
    progress: Progress = lambda _: None,
) -> Job:
    """Upload files with what is said of each, and addresses, as one job."""
    limits = read_limits(connection)
    _, oversized = split_oversized(files, limits)
    if oversized:
        raise FileProblem("; ".join(map(str, oversized)) + ". Nothing was submitted.")
    return Upload(connection, limits, submission, progress).run(files, items)


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


def submit_folder(connection: Connection, uri: str, submission: Submission) -> Job:
    """A folder or a bucket that the server lists."""
    folder = {"uri": uri, "dimensions": dict(submission.dimensions)}
    body = json.dumps({"folder": folder, **submission.to_json()}).encode()
    headers = {**JSON, **submission.to_headers()}
    return make_job(connection, connection.send(JOBS, body, headers))


def submit_manifest(connection: Connection, uri: str, submission: Submission) -> Job:
    """A list that the server reads itself."""
    body = json.dumps({"manifest": uri, **submission.to_json()}).encode()
    headers = {**JSON, **submission.to_headers()}
    return make_job(connection, connection.send(JOBS, body, headers))
