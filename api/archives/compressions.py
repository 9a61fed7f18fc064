"""Compressed files as files that are read from any position, by how they begin."""

import bz2
import gzip
import lzma
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol, cast

from models.blocks import BLOCK_BYTES, Readable
from models.errors import UnreadableItem, UnsupportedItem
from models.file_kinds.recognition import HEAD_BYTES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# What `xz -9` needs is a third.
MOST_XZ_BYTES = 192 << 20
# 128 MiB: what the command zstd takes without being asked to.
LARGEST_ZSTD_WINDOW: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 27}


class Seekable(Readable, Protocol):
    """A file that is read at any position."""

    def seek(self, position: int, /) -> int: ...

    def tell(self) -> int: ...

    def close(self) -> None: ...


class XzFile:
    """A file of xz; the standard library's has no limit to its memory."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._start()

    def _start(self) -> None:
        self._file.seek(0)
        self._reader = lzma.LZMADecompressor(memlimit=MOST_XZ_BYTES)
        self._position = 0

    def read(self, size: int) -> bytes:
        blocks = []
        while size > 0 and (block := self._read_some(size)):
            blocks.append(block)
            size -= len(block)
            self._position += len(block)
        return b"".join(blocks)

    def _read_some(self, size: int) -> bytes:
        """Some bytes; none at the end, where several files of xz may follow each other."""
        while True:
            coded = self._file.read(BLOCK_BYTES) if self._reader.needs_input else b""
            if self._reader.eof:
                following = self._reader.unused_data + coded
                if not following.strip(b"\x00"):
                    return b""
                self._reader, coded = lzma.LZMADecompressor(memlimit=MOST_XZ_BYTES), following
            elif not coded and self._reader.needs_input:
                raise UnreadableItem("The archive ends early. Send it again.")
            if block := self._decompress(coded, size):
                return block

    def _decompress(self, coded: bytes, size: int) -> bytes:
        try:
            return self._reader.decompress(coded, size)
        except lzma.LZMAError as error:
            if "Memory usage limit" in str(error):
                raise UnsupportedItem(
                    "The archive needs too much memory to unpack. Compress it with xz -9 at the "
                    "most."
                ) from error
            raise

    def seek(self, position: int) -> int:
        if position < self._position:
            self._start()
        while self._position < position:
            if not self.read(min(BLOCK_BYTES, position - self._position)):
                break
        return self._position

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        self._file.close()


def _open_zstd(path: Path) -> Seekable:
    return cast(Seekable, zstd.ZstdFile(path, options=LARGEST_ZSTD_WINDOW))


Opener = Callable[[Path], Seekable]
OPENERS: dict[bytes, Opener] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": XzFile,
    b"\x28\xb5\x2f\xfd": _open_zstd,
}


def open_plain(path: Path) -> Seekable:
    """The content of a file, decompressed if it begins as compressed files do."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return find_opener(head)(path)


def find_opener(head: bytes) -> Opener:
    found = (opener for mark, opener in OPENERS.items() if head.startswith(mark))
    return next(found, _open_as_it_is)


def _open_as_it_is(path: Path) -> Seekable:
    file: IO[bytes] = path.open("rb")
    return file
