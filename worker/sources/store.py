"""Where uploads wait for their workers: a folder, or any store that fsspec reaches."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import IO, BinaryIO, Protocol, cast

import fsspec

from models.errors import FacetallyError, TooLargeItem

SCHEME = "store:"
COPY_BYTES = 256 * 1024


class Readable(Protocol):
    """As much of a file as is needed to copy it."""

    def read(self, size: int, /) -> bytes: ...


class StorageUnavailable(FacetallyError):
    """An upload could not be kept: make room, or see to the store, and let it be sent again."""


class Store:
    """Files under one URL. A batch is the files of one request, and is removed as one."""

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)

    def new_batch(self) -> str:
        """A name nobody can guess for the files of one request."""
        return token_hex(16)

    def write(self, batch: str, number: int, source: Readable, max_bytes: int) -> str:
        """Keep a copy of `source`; returns its URI. Raises TooLargeItem, or StorageUnavailable,
        keeping nothing."""
        key = f"{batch}/{number}"
        path = f"{self._root}/{key}"
        try:
            self._files.makedirs(f"{self._root}/{batch}", exist_ok=True)
            with self._files.open(path, "wb") as target:
                _copy(source, target, max_bytes)
        except OSError as error:
            self._remove_quietly(path)
            raise StorageUnavailable(
                f"The upload could not be stored ({error.strerror or error}); try again later."
            ) from error
        except BaseException:
            self._remove_quietly(path)
            raise
        return SCHEME + key

    def _remove_quietly(self, path: str) -> None:
        # The reason why it is removed must not be lost for one why it cannot be.
        with suppress(OSError):
            self._files.rm(path)

    @contextmanager
    def open(self, uri: str) -> Iterator[BinaryIO]:
        """The file behind a URI of ours; raises FileNotFoundError where it is gone."""
        with self._files.open(f"{self._root}/{uri.removeprefix(SCHEME)}", "rb") as source:
            yield cast(BinaryIO, source)

    def remove(self, batch: str, numbers: Iterable[int]) -> None:
        """Remove files of a batch; its others stay."""
        for number in numbers:
            self._files.rm(f"{self._root}/{batch}/{number}")

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
