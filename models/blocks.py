"""Files are read, stored and sent block by block, so that none is in memory whole."""

from collections.abc import Iterator
from typing import Protocol

BLOCK_BYTES = 256 * 1024


class Readable(Protocol):
    """What can be read from its beginning on, such as an open file."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


def read_blocks(file: Readable) -> Iterator[bytes]:
    """The rest of `file`."""
    while block := file.read(BLOCK_BYTES):
        yield block
