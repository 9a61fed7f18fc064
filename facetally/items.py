"""What can be submitted: files of this machine, addresses that workers read, or a list of them."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from facetally.errors import InvalidInput

URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# The endings of lists of items, and their media types.
LISTS = {".csv": "text/csv", ".ndjson": "application/x-ndjson", ".jsonl": "application/x-ndjson"}


@dataclass(frozen=True, slots=True)
class Item:
    """A picture or video by its address, such as s3://photos/1.jpg."""

    uri: str
    name: str | None = None  # in the results; without one, the address
    captured_at: datetime | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)

    def to_json(self, shared: Mapping[str, str]) -> dict[str, object]:
        """As the API takes it, with the dimensions that all items of the job share."""
        fields: dict[str, object] = {"uri": self.uri}
        if self.name is not None:
            fields["name"] = self.name
        if self.captured_at is not None:
            fields["captured_at"] = self.captured_at.isoformat()
        if dimensions := {**shared, **self.dimensions}:
            fields["dimensions"] = dimensions
        return fields


Source = str | os.PathLike[str] | Item


@dataclass(frozen=True, slots=True)
class Sources:
    """Sources by their kinds, of which only one has any."""

    paths: tuple[Path, ...] = ()
    items: tuple[Item, ...] = ()
    local_list: Path | None = None
    remote_list: str | None = None
    remote_folder: str | None = None


def sort_sources(given: Source | Iterable[Source]) -> Sources:
    """Which kind of sources they are; raises InvalidInput where they can't make one job."""
    sources = [given] if isinstance(given, str | os.PathLike | Item) else list(given)
    if not sources:
        raise InvalidInput("There is nothing to submit.")
    lists = [source for source in sources if not isinstance(source, Item) and media_type_of(source)]
    if lists:
        if len(sources) > 1:
            raise InvalidInput("Submit a list of items alone.")
        return _sort_list(os.fspath(lists[0]))
    folders = [source for source in sources if isinstance(source, str) and is_remote_folder(source)]
    if folders:
        if len(sources) > 1:
            raise InvalidInput("Submit a folder that the server lists alone.")
        return Sources(remote_folder=folders[0])
    items = [_to_item(source) for source in sources]
    addressed = tuple(item for item in items if isinstance(item, Item))
    paths = tuple(item for item in items if isinstance(item, Path))
    if addressed and paths:
        raise InvalidInput("Submit either files or addresses, not both in one job.")
    return Sources(paths, addressed)


def media_type_of(source: str | os.PathLike[str]) -> str | None:
    """The media type of a list of items, by its ending; None for anything else."""
    text = os.fspath(source)
    path = urlsplit(text).path if text.startswith(("http://", "https://")) else text
    return LISTS.get(PurePosixPath(path).suffix.lower())


def is_remote_folder(source: str) -> bool:
    """Whether an address is that of a folder, or a pattern such as s3://photos/**/*.jpg."""
    if not URI.match(source) or source.startswith(("http://", "https://")):
        return False
    return source.endswith("/") or "*" in source or "?" in source


def _sort_list(source: str) -> Sources:
    if URI.match(source):
        return Sources(remote_list=source)
    return Sources(local_list=Path(source))


def _to_item(source: Source) -> Item | Path:
    if isinstance(source, Item):
        return source
    if isinstance(source, str) and URI.match(source):
        return Item(source)
    return Path(source)
