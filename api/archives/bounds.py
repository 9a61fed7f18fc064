"""Bounds on what archives unpack to, and on the memory that reading them takes."""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from api.archives.compressions import Seekable
from models.errors import ItemError, TooLargeItem, UnreadableItem, UnsupportedItem
from models.file_kinds.recognition import HEAD_BYTES

# Pictures hardly shrink in an archive: one that grows by more than this was made to do harm.
MOST_GROWTH = 20
ALWAYS_ALLOWED_BYTES = 1 << 30
# The member list of a zip and each header of a tar are read as a whole. A list of this size takes
# some hundred megabytes of memory, and no honest name is this long.
MOST_LIST_BYTES = 16 << 20
MOST_HEADER_BYTES = 256 << 10


class Budget:
    """How many more bytes the archives of one request may unpack to."""

    def __init__(self, sent_bytes: int, max_member_bytes: int) -> None:
        self._left = max(ALWAYS_ALLOWED_BYTES, MOST_GROWTH * sent_bytes)
        self._max_member_bytes = max_member_bytes

    def check_member(self, size: int) -> None:
        """Raises TooLargeItem for a member larger than the limit."""
        if size > self._max_member_bytes:
            raise TooLargeItem(
                f"The file unpacks to {size} bytes; the limit is {self._max_member_bytes} bytes."
            )

    def spend(self, size: int) -> None:
        """Raises TooLargeItem if fewer bytes are left."""
        if size > self._left:
            raise TooLargeItem("The archive unpacks to far more than its size. Split it.")
        self._left -= size


@contextmanager
def raise_damage() -> Iterator[None]:
    """Raises an ItemError for what is wrong with a member that is read in the block."""
    try:
        yield
    except ItemError:
        raise
    except NotImplementedError as error:
        raise UnsupportedItem(
            "The file is compressed by a method that is not supported. Compress it with Deflate."
        ) from error
    # On hostile bytes the standard library's readers raise nearly anything. Errors of the store do
    # not pass through them, because they only read.
    except Exception as error:
        raise UnreadableItem("The file is damaged in its archive. Send it again.") from error


class GuardedContent:
    """A member's content, from its first bytes on; damage raises an ItemError."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        with raise_damage():
            self.head = content.read(HEAD_BYTES)
        self._rest_of_head = self.head

    def read(self, size: int) -> bytes:
        if self._rest_of_head:
            block, self._rest_of_head = self._rest_of_head[:size], self._rest_of_head[size:]
            return block
        with raise_damage():
            return self._content.read(size)


class BoundedList:
    """A zip's bytes, with a limit on a single read: only the list of members is read at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if size > MOST_LIST_BYTES:
            raise UnsupportedItem("The archive has too many members. Split it.")
        return self._file.read(size)

    def seek(self, position: int, whence: int = 0) -> int:
        return self._file.seek(position, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


class CountedTar:
    """A tar's bytes, which all count against the budget, even those that are skipped.

    A single read has a limit, which only a huge header exceeds.
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
        """Raises TooLargeItem once the budget is spent."""
        if position > self._reached:
            self._budget.spend(position - self._reached)
            self._reached = position
