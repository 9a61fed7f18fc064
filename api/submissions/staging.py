"""Uploaded files on disk, written while they arrive."""

import tempfile
import weakref
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import IO, BinaryIO, NoReturn

from flask import Request

from api.errors import ApiError
from worker.sources.store import StorageUnavailable


class StagedFile:
    """An uploaded file on disk that is open only while it is written or read.

    Otherwise a request of ten thousand pictures would keep ten thousand files open.
    """

    def __init__(self) -> None:
        with tempfile.NamedTemporaryFile(prefix="facetally-upload-", delete=False) as file:
            self.path = Path(file.name)
        self._file: BinaryIO | None = None
        self._digest = sha256()
        # However the request ends, its file is removed.
        self._remove = weakref.finalize(self, self.path.unlink, missing_ok=True)

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        try:
            if self._file is None:
                self._file = self.path.open("wb")
            return self._file.write(data)
        except OSError as error:
            raise StorageUnavailable(
                f"The upload could not be saved ({error.strerror}). Try again later."
            ) from error

    @property
    def digest(self) -> str:
        """The SHA-256 of everything written, in hexadecimal."""
        return self._digest.hexdigest()

    def seek(self, position: int) -> int:
        """The form's parser calls this with 0 after the last write."""
        self._close_file()
        return position

    def read(self, size: int = -1) -> bytes:
        if self._file is None:
            self._file = self.path.open("rb")
        return self._file.read(size)

    def close(self) -> None:
        self._close_file()
        self._remove()

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class StagedRequest(Request):
    """A request whose uploaded files go straight to disk, whatever their size."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return StagedFile()  # type: ignore[return-value]  # it is as much of a file as the parser uses

    def on_json_loading_failed(self, e: ValueError | None) -> NoReturn:
        wanted = "The body must be JSON, with the header Content-Type: application/json."
        raise ApiError(HTTPStatus.BAD_REQUEST, wanted if e is None else f"{wanted} {e}")
