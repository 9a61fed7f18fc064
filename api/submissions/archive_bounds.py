"""What may come out of archives, and what reading them may take."""

import tarfile
import zipfile
import zlib
from typing import IO, Protocol

from models.blocks import Readable
from models.errors import TooLargeItem, UnreadableItem, UnsupportedItem

# Photographs hardly shrink in an archive: archives that grow by more than this were made to harm.
MOST_GROWTH = 20
ALWAYS_ALLOWED_BYTES = 1 << 30
# The list of a zip's members, and the names of a tar's, are read whole: a list of this size takes
# some hundred megabytes in memory, and no honest name is as long.
MOST_LIST_BYTES = 16 << 20
MOST_HEADER_BYTES = 256 << 10
# What the standard library's readers raise on a broken archive, or one of a kind they do not know.
# They only read: what the store raises does not pass through them.
DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)


class Seekable(Readable, Protocol):
    """A file that is read here and there."""

    def seek(self, position: int, /) -> int: ...

    def tell(self) -> int: ...

    def close(self) -> None: ...


class Budget:
    """How many bytes may still come out of the archives of one request."""

    def __init__(self, sent_bytes: int, max_member_bytes: int) -> None:
        self._left = max(ALWAYS_ALLOWED_BYTES, MOST_GROWTH * sent_bytes)
        self._max_member_bytes = max_member_bytes

    def check_member(self, size: int) -> None:
        """Raises TooLargeItem for a member over the limit."""
        if size > self._max_member_bytes:
            raise TooLargeItem(
                f"The file unpacks to {size} bytes and at most {self._max_member_bytes} are taken."
            )

    def spend(self, size: int) -> None:
        """Raises TooLargeItem where more comes out than is left."""
        if size > self._left:
            raise TooLargeItem("The archive unpacks to far more than its size; send it in parts.")
        self._left -= size


class GuardedContent:
    """A member's content, whose damage is an ItemError."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content

    def read(self, size: int) -> bytes:
        try:
            return self._content.read(size)
        except NotImplementedError as error:
            raise UnsupportedItem("The file is packed in a way that is not read here.") from error
        except DAMAGE as error:
            raise UnreadableItem("The file is damaged in its archive; send it again.") from error


class BoundedList:
    """A zip's bytes, of which no single read is huge: only the list of members is read whole."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if size > MOST_LIST_BYTES:
            raise UnsupportedItem("The archive has too many members; send it in parts.")
        return self._file.read(size)

    def seek(self, position: int, whence: int = 0) -> int:
        return self._file.seek(position, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


class CountedTar:
    """A tar's bytes, all of which count, those that are only passed over, too.

    No single read is huge: contents are read in small pieces anyway.
    """

    def __init__(self, file: Seekable, budget: Budget) -> None:
        self._file = file
        self._budget = budget
        self._reached = 0

    def read(self, size: int) -> bytes:
        if size > MOST_HEADER_BYTES:
            raise tarfile.ReadError("header too large")
        data = self._file.read(size)
        self._count(self._file.tell())
        return data

    def seek(self, position: int) -> int:
        self._count(position)
        return self._file.seek(position)

    def tell(self) -> int:
        return self._file.tell()

    def _count(self, position: int) -> None:
        """Raises TooLargeItem once more has been unpacked than the budget allows."""
        if position > self._reached:
            self._budget.spend(position - self._reached)
            self._reached = position
