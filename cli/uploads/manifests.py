"""Lists of items in a file of this machine, and the JSON that they are sent as."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from api.schemas.items import ItemBody
from api.submissions.manifests import ManifestError, folder_of, kind_of
from api.submissions.manifests import read_manifest as read_items
from cli.exits import CommandFailed
from cli.uploads.job_fields import JobFields

URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_manifest(path: Path) -> bool:
    return kind_of(path.name) is not None


def is_remote_manifest(source: str) -> bool:
    """Whether it is an address, of a manifest by its ending."""
    return URI.match(source) is not None and kind_of(source) is not None


def read_manifest(path: Path) -> Iterator[ItemBody]:
    """Its items one by one; CommandFailed names the first line that is not one."""
    kind = kind_of(path.name)
    if kind is None:
        raise CommandFailed(f"{path} is no manifest: its name must end with .csv or .ndjson.")
    try:
        with path.open("rb") as file:
            yield from read_items(file, kind, folder_of(path.absolute().as_uri()))
    except ManifestError as error:
        raise CommandFailed(f"{path}, {error}") from error


def write_job(items: Sequence[bytes], fields: JobFields) -> Iterator[bytes]:
    """The JSON of a submission whose items are JSON already."""
    yield json.dumps(fields.to_json()).removesuffix("}").encode() + b', "items": ['
    yield b",\n".join(items)
    yield b"]}"
