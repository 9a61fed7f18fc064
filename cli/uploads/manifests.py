"""Lists of items in a file of this machine: its paths are files to submit, its URIs addresses."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from api.submissions.manifest_lines import ManifestError
from api.submissions.manifest_parsing import ListedItem, folder_of, kind_of
from api.submissions.manifest_parsing import read_manifest as read_listed
from cli.exits import CommandFailed
from facetally.items import URI, Item
from facetally.local_files.files import LocalFile


@dataclass(frozen=True, slots=True)
class Listed:
    """What lists name. Where they name no files, `items` are read again each time."""

    files: Sequence[LocalFile]
    items: Iterable[Item]


def is_manifest(path: Path) -> bool:
    return kind_of(path.name) is not None


def is_remote_manifest(source: str) -> bool:
    """Whether it is the address of a manifest, by its ending."""
    return URI.match(source) is not None and kind_of(source) is not None


def read_manifest(path: Path) -> Iterator[Item | LocalFile]:
    """What it lists, one by one; CommandFailed names the first line that is not an item."""
    kind = kind_of(path.name)
    if kind is None:
        raise CommandFailed(f"{path} is not a manifest: its name must end with .csv or .ndjson.")
    try:
        with path.open("rb") as file:
            for listed in read_listed(file, kind, folder_of(path.absolute().as_uri())):
                yield _read_item(listed, path.absolute().parent)
    except ManifestError as error:
        raise CommandFailed(f"{path}, {error}") from error


def read_manifests(paths: Sequence[Path]) -> Listed:
    """Everything that some lists name."""
    files = [one for one in _read_all(paths) if isinstance(one, LocalFile)]
    return Listed(files, _ListedItems(paths))


@dataclass(frozen=True, slots=True)
class _ListedItems(Iterable[Item]):
    """The addresses in some lists, of which there may be millions."""

    paths: Sequence[Path]

    def __iter__(self) -> Iterator[Item]:
        return (one for one in _read_all(self.paths) if isinstance(one, Item))


def _read_all(paths: Sequence[Path]) -> Iterator[Item | LocalFile]:
    return chain.from_iterable(map(read_manifest, paths))


def _read_item(listed: ListedItem, folder: Path) -> Item | LocalFile:
    body, path = listed.body, listed.path
    name = body.name or body.uri
    if path is not None and body.uri.startswith("file://"):
        file = str(folder / path)
        return LocalFile(file, name, body.captured_at, body.dimensions)
    return Item(body.uri, body.name, body.captured_at, body.dimensions)
