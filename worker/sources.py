"""Step 4a: an item's URI becomes its bytes, if its source is allowed and its size bearable."""

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote_to_bytes, urlsplit

from models.errors import ForbiddenItem, MissingItem, TooLargeItem, UnsupportedItem
from worker.store import SCHEME, Store


class Sources:
    """Reads items from the upload store and from the folders the operator allows."""

    def __init__(self, store: Store, file_roots: Sequence[Path], max_bytes: int) -> None:
        self._store = store
        self._file_roots = tuple(file_roots)
        self._max_bytes = max_bytes

    def read(self, uri: str) -> bytes:
        """All bytes of an item; raises an ItemError for one that may not or cannot be read."""
        if uri.startswith(SCHEME):
            return self._read_upload(uri)
        return self._read_file(_path_of(uri))

    def _read_upload(self, uri: str) -> bytes:
        try:
            with self._store.open(uri) as source:
                return self._read_bounded(source)
        except FileNotFoundError as error:
            raise MissingItem("The uploaded file is no longer stored; submit it again.") from error

    def _read_file(self, path: Path) -> bytes:
        real = self._resolve(path)
        try:
            with open_regular_file(real) as source:
                # A folder on the way may have become a link since it was looked at.
                self._require_inside(_where_is(source, real))
                return self._read_bounded(source)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingItem("There is no file at this address; check its path.") from error
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EPERM, errno.ELOOP):
                raise
            raise ForbiddenItem(
                f"The worker may not read this file ({error.strerror}); check its permissions."
            ) from error

    def _resolve(self, path: Path) -> Path:
        """The file itself, links followed, and it must lie inside an allowed folder."""
        try:
            real = path.resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise MissingItem("The address leads nowhere; check its path.") from error
        self._require_inside(real)
        return real

    def _require_inside(self, real: Path) -> None:
        if not any(real.is_relative_to(root) for root in self._file_roots):
            raise ForbiddenItem(
                "The file lies outside the folders that the operator allows; upload it instead, or "
                "ask for its folder to be added to FACETALLY_FILE_ROOTS."
            )

    def _read_bounded(self, source: BinaryIO) -> bytes:
        data = source.read(self._max_bytes + 1)
        if len(data) > self._max_bytes:
            raise TooLargeItem(
                f"The file has more than {self._max_bytes} bytes, the most that is taken."
            )
        return data


def _path_of(uri: str) -> Path:
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise UnsupportedItem("The item's address is not a URI.") from error
    if parts.scheme != "file":
        raise UnsupportedItem(
            "The item's address must be a file:// URI, such as file:///data/photos/1.jpg."
        )
    if parts.netloc not in ("", "localhost"):
        raise UnsupportedItem(
            "A file:// URI must name no other host: write file:///data/photos/1.jpg."
        )
    if parts.query or parts.fragment or not parts.path.startswith("/"):
        raise UnsupportedItem(
            "A file:// URI is a whole path, in which ? is written %3F and # is written %23."
        )
    # Names are bytes; those that are not UTF-8 travel percent-encoded.
    return Path(os.fsdecode(unquote_to_bytes(parts.path)))


def _where_is(file: BinaryIO, expected: Path) -> Path:
    """Where an open file really lies, on systems that tell."""
    link = Path(f"/proc/self/fd/{file.fileno()}")
    return link.readlink() if link.is_symlink() else expected


def open_regular_file(path: Path) -> BinaryIO:
    """Open a file that is no link, device or pipe, without ever waiting for one."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnsupportedItem("The address leads to a folder or a device, not to a file.")
    return os.fdopen(descriptor, "rb")
