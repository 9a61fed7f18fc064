"""Items in folders of this host that the operator allows."""

import errno
import os
import stat
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote_to_bytes, urlsplit

from models.blocks import read_blocks
from models.errors import ForbiddenItem, MissingItem, UnsupportedItem
from worker.sources.walking import Entry, Parts, walk


class Files:
    """Reads regular files below the allowed folders, wherever links lead."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(roots)

    def read(self, uri: str) -> Generator[bytes, None, None]:
        """The file in blocks; raises an ItemError if it may not or cannot be read."""
        real = self._resolve(_parse_path(uri))
        try:
            with _open_regular_file(real) as source:
                # A folder of its path may have become a link since it was checked.
                self._require_inside(_find_path(source, real))
                yield from read_blocks(source)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingItem("There is no file at this address. Check its path.") from error
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EPERM, errno.ELOOP):
                raise
            raise ForbiddenItem(
                f"The worker may not read this file ({error.strerror}). Check its permissions."
            ) from error

    def find_folder(self, uri: str) -> Path:
        """The folder that links lead to; raises an ItemError if it may not be listed."""
        return self._resolve(_parse_path(uri))

    def list_folder(self, uri: str, after: str | None) -> Iterator[tuple[str, str]]:
        """The addresses and paths of the files in it and in its folders, sorted, after one of them;
        raises an ItemError."""
        top = self.find_folder(uri)
        cursor = () if after is None else tuple(os.fsencode(after).split(b"/"))

        def read_folder(parts: Parts) -> list[Entry]:
            return _read_names(top.joinpath(*map(os.fsdecode, parts)))

        for parts, _ in walk(read_folder, cursor):
            inside = os.fsdecode(b"/".join(parts))
            yield (top / inside).as_uri(), inside

    def _resolve(self, path: Path) -> Path:
        """The file that links lead to, which must lie inside an allowed folder."""
        try:
            real = path.resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise MissingItem("There is no such path. Check the address.") from error
        self._require_inside(real)
        return real

    def _require_inside(self, real: Path) -> None:
        if not any(real.is_relative_to(root) for root in self._roots):
            raise ForbiddenItem(
                "The file is outside the folders that the operator allows. Upload it instead, or "
                "ask for its folder to be added to FACETALLY_FILE_ROOTS."
            )


def _read_names(folder: Path) -> list[Entry]:
    """What is in a folder; links to folders are skipped."""
    try:
        with os.scandir(folder) as entries:
            return [
                Entry(os.fsencode(entry.name), entry.is_dir(follow_symlinks=False))
                for entry in entries
                if entry.is_dir(follow_symlinks=False) or entry.is_file()
            ]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingItem(f"There is no folder {folder}. Check the address.") from error
    except OSError as error:
        raise ForbiddenItem(
            f"The folder {folder} cannot be read ({error.strerror}). Check its permissions."
        ) from error


def _parse_path(uri: str) -> Path:
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise UnsupportedItem("The item's address is not a URI.") from error
    if parts.netloc not in ("", "localhost"):
        raise UnsupportedItem(
            "A file:// URI must not name another host: write file:///data/photos/1.jpg."
        )
    if parts.query or parts.fragment or not parts.path.startswith("/"):
        raise UnsupportedItem(
            "A file:// URI is an absolute path, in which ? is written %3F and # is written %23."
        )
    # File names are bytes; those that are not UTF-8 are percent-encoded.
    return Path(os.fsdecode(unquote_to_bytes(parts.path)))


def _find_path(file: BinaryIO, expected: Path) -> Path:
    """The path of an open file, on systems that report it."""
    link = Path(f"/proc/self/fd/{file.fileno()}")
    return link.readlink() if link.is_symlink() else expected


def _open_regular_file(path: Path) -> BinaryIO:
    """Open a regular file, and no link, device or pipe; it never blocks."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnsupportedItem("The address is that of a folder or a device, not of a file.")
    return os.fdopen(descriptor, "rb")
