"""Sends items to a server: as files of a form, or by their addresses."""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from api.schemas.items import ItemBody
from api.schemas.jobs import JobOut
from cli.client import Client
from cli.exits import CommandFailed
from cli.terminal import tell
from cli.uploads.files import Findings, FoundFile
from cli.uploads.job_fields import JobFields
from cli.uploads.manifests import write_job
from cli.uploads.multipart import Form, split_readable

JSON = "application/json"
ITEMS_PER_PAGE = 10_000


def submit_items(client: Client, items: Iterable[ItemBody], fields: JobFields) -> JobOut:
    """One job of items by their addresses; in parts where there are very many."""
    lines = (item.model_dump_json(exclude_defaults=True).encode() for item in items)
    page = list(islice(lines, ITEMS_PER_PAGE))
    if len(page) < ITEMS_PER_PAGE:
        return client.submit(write_job(page, fields), JSON)
    draft = client.submit([json.dumps({"draft": True, **fields.to_json()}).encode()], JSON)
    number = 0
    while page:
        number += 1
        client.append_lines(draft.id, b"\n".join(page), f"append-{draft.id}-{number}")
        page = list(islice(lines, ITEMS_PER_PAGE))
    return client.finalize_job(draft.id)


def upload_files(
    client: Client,
    files: Sequence[FoundFile],
    fields: JobFields,
    dimensions: Mapping[str, str],
) -> tuple[JobOut, bool]:
    """One job of uploaded files; False where some could not be read, and were left out."""
    readable, unreadable = split_readable(files)
    for path in unreadable:
        tell(f"{path} cannot be read, and is left out.")
    if not readable:
        raise CommandFailed("There is nothing to submit.")
    form = Form(readable, fields, dimensions)
    return client.submit(form, form.content_type, form.length_bytes), not unreadable


def require_pictures(findings: Findings) -> None:
    """Tell what was left out; CommandFailed where nothing is left."""
    for gap in findings.describe_gaps():
        tell(gap)
    if not findings.files:
        raise CommandFailed("There are no pictures or videos at these paths.")
