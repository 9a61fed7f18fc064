"""The store of uploads: a folder, or anything else that fsspec reaches."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import IO, BinaryIO, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem

from db.item_values import STORE_SCHEME
from models.blocks import Readable, read_blocks
from models.errors import FacetallyError, TooLargeItem


class StorageUnavailable(FacetallyError):
    """An upload could not be stored: free some space, or repair the store; then send it again."""


class Store:
    """Files under one URL; those of one request have a folder, and are removed together."""

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)

    def find_problem(self) -> str | None:
        """Why nothing could be stored here, as far as can be seen without storing anything."""
        try:
            if isinstance(self._files, LocalFileSystem):
                self._files.makedirs(self._root, exist_ok=True)
            else:
                self._files.exists(self._root)
        # Each driver has errors of its own.
        except Exception as error:  # noqa: BLE001
            return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        return None

    def new_folder(self) -> str:
        """The name of a folder for the files of one request, which nobody can guess."""
        return token_hex(16)

    def write(self, folder: str, number: int, source: Readable, max_bytes: int) -> str:
        """Store the bytes of `source`, and return their URI. Where it raises TooLargeItem or
        StorageUnavailable, nothing is stored."""
        object_key = f"{folder}/{number}"
        path = f"{self._root}/{object_key}"
        try:
            self._files.makedirs(f"{self._root}/{folder}", exist_ok=True)
            with self._files.open(path, "wb") as target:
                _copy(source, target, max_bytes)
        except OSError as error:
            self._remove_quietly(path)
            raise StorageUnavailable(
                f"The upload could not be stored ({error.strerror or error}). Try again later."
            ) from error
        except BaseException:
            self._remove_quietly(path)
            raise
        return STORE_SCHEME + object_key

    def _remove_quietly(self, path: str) -> None:
        # The error that led here must not be hidden by one of removing the file.
        with suppress(OSError):
            self._files.rm(path)

    @contextmanager
    def open(self, uri: str) -> Iterator[BinaryIO]:
        """The file of a URI of this store; raises FileNotFoundError if it is gone."""
        with self._files.open(f"{self._root}/{uri.removeprefix(STORE_SCHEME)}", "rb") as source:
            yield cast(BinaryIO, source)

    def remove(self, folder: str, numbers: Iterable[int]) -> None:
        """Remove some files of a folder."""
        for number in numbers:
            self._files.rm(f"{self._root}/{folder}/{number}")

    def remove_folder(self, folder: str) -> None:
        """Remove a folder with its files, if it is there."""
        path = f"{self._root}/{folder}"
        if self._files.exists(path):
            self._files.rm(path, recursive=True)


def _copy(source: Readable, target: IO[bytes], max_bytes: int) -> None:
    written = 0
    for block in read_blocks(source):
        written += len(block)
        if written > max_bytes:
            raise TooLargeItem(f"The file has more than {max_bytes} bytes, the limit. Shrink it.")
        target.write(block)
