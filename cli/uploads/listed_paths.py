"""Paths on the standard input, as `find` prints them."""

import os
from collections.abc import Iterator
from pathlib import Path

from cli.exits import CommandFailed
from facetally.local_files.files import FoundFiles, LocalFile, decode_name, sift_file


def find_listed(printed: bytes) -> FoundFiles:
    """The files on lines, or between NULs where there are any. Folders are passed over: `find`
    prints what is in them, too; in the results, a file is called by its path as it is printed."""
    found, seen = FoundFiles(), set()
    for written in _split(printed):
        path = Path(written).absolute()
        if path in seen or path.is_dir():
            continue
        seen.add(path)
        if not os.path.lexists(path):
            raise CommandFailed(f"There is no file {str(written)!r}. Nothing was submitted.")
        name = decode_name(str(_strip(written)))
        sift_file(found, LocalFile(str(path), name), name)
    return found


def _split(printed: bytes) -> Iterator[Path]:
    separator = b"\0" if b"\0" in printed else b"\n"
    return (Path(os.fsdecode(path)) for path in printed.split(separator) if path.strip())


def _strip(path: Path) -> Path:
    """The path without what leads to its first folder."""
    return Path(*(part for part in path.parts if part not in (path.anchor, "..")))
