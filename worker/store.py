"""Where uploads wait for their workers: a folder, or any store that fsspec reaches."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import IO, BinaryIO, Protocol, cast

import fsspec

from models.errors import TooLargeItem

SCHEME = "store:"
COPY_BYTES = 1024 * 1024


class Readable(Protocol):
    """As much of a file as is needed to copy it."""

    def read(self, size: int, /) -> bytes: ...


class Store:
    """Files under one URL. A batch is the files of one request, and is removed as one."""

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)

    def new_batch(self) -> str:
        """A name nobody can guess for the files of one request."""
        return token_hex(16)

    def write(self, batch: str, number: int, source: Readable, max_bytes: int) -> str:
        """Keep a copy of `source`; returns its URI. Raises TooLargeItem, keeping nothing."""
        key = f"{batch}/{number}"
        self._files.makedirs(f"{self._root}/{batch}", exist_ok=True)
        try:
            with self._files.open(f"{self._root}/{key}", "wb") as target:
                _copy(source, target, max_bytes)
        except BaseException:
            # A full disk may not even have opened it, and that is what the caller is to hear of.
            with suppress(FileNotFoundError):
                self._files.rm(f"{self._root}/{key}")
            raise
        return SCHEME + key

    @contextmanager
    def open(self, uri: str) -> Iterator[BinaryIO]:
        """The file behind a URI of ours; raises FileNotFoundError where it is gone."""
        with self._files.open(f"{self._root}/{uri.removeprefix(SCHEME)}", "rb") as source:
            yield cast(BinaryIO, source)

    def remove_batch(self, batch: str) -> None:
        """Remove every file of a request; one that is gone already is no error."""
        folder = f"{self._root}/{batch}"
        if self._files.exists(folder):
            self._files.rm(folder, recursive=True)


def _copy(source: Readable, target: IO[bytes], max_bytes: int) -> None:
    copied = 0
    while piece := source.read(COPY_BYTES):
        copied += len(piece)
        if copied > max_bytes:
            raise TooLargeItem(f"The file has more than {max_bytes} bytes; shrink it.")
        target.write(piece)
