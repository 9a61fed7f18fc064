"""Uploaded files on disk, written while they arrive."""

import fcntl
import os
import shutil
import tempfile
import weakref
from contextlib import ExitStack, suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import BinaryIO

from worker.sources.store import StorageUnavailable

PREFIX = "facetally-uploads-"


class StagingFolder:
    """A folder for the uploads of this process, made at its first upload.

    What processes left behind that were killed is removed then: they no longer lock their folders.
    """

    def __init__(self) -> None:
        self._path: Path | None = None
        self._descriptor = -1
        self._opening = Lock()

    def new_file(self) -> "StagedFile":
        """An empty file; raises StorageUnavailable."""
        try:
            with self._opening:
                path = self._path or self._open()
            return StagedFile(path / token_hex(8))
        except OSError as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """Remove the folder with what is in it."""
        if self._path is not None:
            self._remove()
            os.close(self._descriptor)
            self._path = None

    def _open(self) -> Path:
        for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            _remove_unless_locked(left)
        while (descriptor := _lock(path := Path(tempfile.mkdtemp(prefix=PREFIX)))) is None:
            # Another process has just taken it for abandoned.
            shutil.rmtree(path, ignore_errors=True)
        self._path, self._descriptor = path, descriptor
        self._remove = weakref.finalize(self, shutil.rmtree, path, ignore_errors=True)
        return path


def _lock(folder: Path) -> int | None:
    """The descriptor that keeps a folder locked; None where it is locked, or gone."""
    descriptor = None
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Its last owner may have removed it in between.
        if os.path.samestat(os.fstat(descriptor), folder.stat()):
            return descriptor
    except OSError:
        pass
    if descriptor is not None:
        os.close(descriptor)
    return None


def _remove_unless_locked(folder: Path) -> None:
    descriptor = _lock(folder)
    if descriptor is not None:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


class StagedFile:
    """An uploaded file on disk that is open only while it is written or read.

    Otherwise a request of ten thousand pictures would keep ten thousand files open.
    """

    def __init__(self, path: Path) -> None:
        path.touch(exist_ok=False)
        self.path = path
        self._file: BinaryIO | None = None
        self._digest = sha256()
        # However the request ends, its file is closed and removed.
        self._opened = ExitStack()
        self._remove = weakref.finalize(self, _unlink, self._opened, path)

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        try:
            if self._file is None:
                self._file = self._opened.enter_context(self.path.open("wb"))
            return self._file.write(data)
        except OSError as error:
            raise _unavailable(error) from error

    @property
    def digest(self) -> str:
        """The SHA-256 of everything written, in hexadecimal."""
        return self._digest.hexdigest()

    def seek(self, position: int) -> int:
        """To 0, after the last write; nothing else is supported."""
        self._close_file()
        return position

    def read(self, size: int = -1) -> bytes:
        if self._file is None:
            self._file = self._opened.enter_context(self.path.open("rb"))
        return self._file.read(size)

    def close(self) -> None:
        self._close_file()
        self._remove()

    def _close_file(self) -> None:
        try:
            self._opened.close()
        except OSError as error:
            raise _unavailable(error) from error
        finally:
            self._file = None


def _unlink(opened: ExitStack, path: Path) -> None:
    with suppress(OSError):
        opened.close()
    # At the end of the process, its folder may have been removed first.
    with suppress(FileNotFoundError):
        path.unlink()


def _unavailable(error: OSError) -> StorageUnavailable:
    return StorageUnavailable(f"The upload could not be saved ({error.strerror}). Try again later.")
