"""Lists of items in a file of this machine."""

from collections.abc import Iterator
from pathlib import Path

from api.submissions.manifest_parsing import ManifestError, folder_of, kind_of
from api.submissions.manifest_parsing import read_manifest as read_bodies
from cli.exits import CommandFailed
from facetally.items import URI, Item


def is_manifest(path: Path) -> bool:
    return kind_of(path.name) is not None


def is_remote_manifest(source: str) -> bool:
    """Whether it is the address of a manifest, by its ending."""
    return URI.match(source) is not None and kind_of(source) is not None


def read_manifest(path: Path) -> Iterator[Item]:
    """Its items one by one; CommandFailed names the first line that is not an item."""
    kind = kind_of(path.name)
    if kind is None:
        raise CommandFailed(f"{path} is not a manifest: its name must end with .csv or .ndjson.")
    try:
        with path.open("rb") as file:
            for body in read_bodies(file, kind, folder_of(path.absolute().as_uri())):
                yield Item(body.uri, body.name, body.captured_at, body.dimensions)
    except ManifestError as error:
        raise CommandFailed(f"{path}, {error}") from error
