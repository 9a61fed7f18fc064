"""Files in a tree of folders, in an order that is always the same, from any of them on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Parts = tuple[bytes, ...]


@dataclass(frozen=True, order=True, slots=True)
class Entry:
    """A file or a folder in a folder; another `version` of a file has other bytes."""

    name: bytes
    is_folder: bool = False
    version: str = ""


def walk(
    read_folder: Callable[[Parts], Sequence[Entry]], cursor: Parts = (), above: Parts = ()
) -> Iterator[tuple[Parts, str]]:
    """The path and version of each file after the cursor, which is empty before all of them. Memory
    is that of the names in a folder, and in those that it is in."""
    first, rest = (cursor[0], cursor[1:]) if cursor else (b"", ())
    for entry in sorted(read_folder(above)):
        if entry.name < first:
            continue
        inside = (*above, entry.name)
        if entry.is_folder:
            yield from walk(read_folder, rest if entry.name == first else (), inside)
        elif entry.name != first or not cursor:
            yield inside, entry.version
