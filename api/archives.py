"""What is in a .zip or .tar: each member as a file of its own, and nothing that an archive should
not hold.

Members are only read, never extracted by their names, so that no name can lead anywhere on this
machine.
"""

import bz2
import gzip
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol, cast

from models.errors import (
    ForbiddenItem,
    ItemError,
    TooLargeItem,
    UnreadableItem,
    UnsupportedItem,
)
from worker.store import Readable

ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
TAR_MAGIC, TAR_MAGIC_AT = b"ustar", 257


class Seekable(Readable, Protocol):
    """A file that is read here and there."""

    def seek(self, position: int, /) -> int: ...

    def tell(self) -> int: ...

    def close(self) -> None: ...


Decompress = Callable[[Path], Seekable]
DECOMPRESS: dict[str, Decompress] = {
    ".tar": lambda path: path.open("rb"),
    ".tar.gz": gzip.GzipFile,
    ".tgz": gzip.GzipFile,
    ".tar.bz2": bz2.BZ2File,
    ".tar.xz": lzma.LZMAFile,
}
ARCHIVE_ENDINGS = (".zip", *DECOMPRESS)
NESTED_ENDINGS = (*ARCHIVE_ENDINGS, ".gz", ".bz2", ".xz", ".7z", ".rar", ".zst")
# What operating systems add to archives unasked.
LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
LITTER_FOLDER = "__MACOSX"

# Photographs hardly shrink in an archive: one that grows by more than this was made to harm.
MOST_GROWTH = 20
ALWAYS_ALLOWED_BYTES = 1 << 30
# Reading a list of members takes about ten times its size in memory.
MOST_LIST_BYTES = 16 << 20
# Names and attributes of a tar's member are read whole, so none may be huge.
MOST_HEADER_BYTES = 1 << 20

# What the standard library's readers raise on a broken archive.
DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    EOFError,
    struct.error,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file on its way into the store; `content` is open until the next member is asked for."""

    name: str
    content: "Readable | ItemError"

    def open(self) -> "Readable":
        """The content, or the reason why there is none is raised."""
        if isinstance(self.content, ItemError):
            raise self.content
        return self.content


def is_archive(path: Path, name: str) -> bool:
    """Whether a file is to be opened as an archive, by what it says it is or by what it begins
    with.
    """
    if name.lower().endswith(ARCHIVE_ENDINGS):
        return True
    with path.open("rb") as file:
        head = file.read(512)
    return head.startswith(ZIP_MAGICS) or _is_tar(head)


def _is_tar(head: bytes) -> bool:
    return head[TAR_MAGIC_AT:].startswith(TAR_MAGIC)


def read_members(path: Path, name: str, max_member_bytes: int) -> Iterator[Member]:
    """The files in an archive, in its order; one that is refused carries its reason as content.

    An archive that cannot be read, from the start or from some point on, ends with a member under
    the archive's own name that says so.
    """
    budget = _Budget(path, max_member_bytes)
    ending = next((end for end in DECOMPRESS if name.lower().endswith(end)), ".tar")
    with path.open("rb") as file:
        is_zip = file.read(4) in ZIP_MAGICS or name.lower().endswith(".zip")
    try:
        if is_zip:
            yield from _read_zip(path, budget)
        else:
            yield from _read_tar(path, DECOMPRESS[ending], budget)
    except ItemError as refusal:
        yield Member(name, refusal)
    except DAMAGE:
        yield Member(name, UnreadableItem("The archive is damaged or cut off; send it again."))


class _Budget:
    """How many bytes may still come out of an archive."""

    def __init__(self, path: Path, max_member_bytes: int) -> None:
        self._left = max(ALWAYS_ALLOWED_BYTES, MOST_GROWTH * path.stat().st_size)
        self._max_member_bytes = max_member_bytes

    def spend(self, size: int) -> None:
        """Raises TooLargeItem for a member over the limit, or over what is left for the archive."""
        if size > self._max_member_bytes:
            raise TooLargeItem(
                f"The file unpacks to {size} bytes and at most {self._max_member_bytes} are taken."
            )
        if size > self._left:
            raise TooLargeItem("The archive unpacks to far more than its size; send it in parts.")
        self._left -= size


def _read_zip(path: Path, budget: _Budget) -> Iterator[Member]:
    _check_list_size(path)
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.is_dir() or _is_litter(info.filename):
                continue
            try:
                _check_name(info.orig_filename)
                _check_zip_kind(info)
                budget.spend(info.file_size)
                content = _open_zip_member(archive, info)
            except ItemError as refusal:
                yield Member(info.filename, refusal)
                continue
            with content:
                yield Member(info.filename, _Guarded(content))


def _check_list_size(path: Path) -> None:
    """Raises UnsupportedItem where the list of members is too long to be read into memory."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        tail_size = min(size, 22 + 0xFFFF)
        file.seek(size - tail_size)
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return
    (list_bytes,) = struct.unpack_from("<L", tail, at + 12)
    if list_bytes > MOST_LIST_BYTES:
        raise UnsupportedItem("The archive has too many members; send it in parts.")


def _check_zip_kind(info: zipfile.ZipInfo) -> None:
    # The upper half holds Unix' file mode where the archive was made there.
    mode = info.external_attr >> 16
    if mode & 0o170000 not in (0, 0o100000):
        raise ForbiddenItem("A link or device in an archive is not followed; send the file itself.")
    if info.flag_bits & 0x1:
        raise UnsupportedItem("The file is encrypted in its archive; send it without a password.")


def _open_zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return archive.open(info)
    except (NotImplementedError, RuntimeError) as error:
        raise UnsupportedItem(
            "The file is packed in a way that is not read here; pack it with Deflate."
        ) from error
    except DAMAGE as error:
        raise UnreadableItem("The file is damaged in its archive; send it again.") from error


def _read_tar(path: Path, decompress: Decompress, budget: _Budget) -> Iterator[Member]:
    with (
        closing(decompress(path)) as file,
        tarfile.open(fileobj=cast(IO[bytes], _HeaderBound(file)), mode="r:") as archive,
    ):
        while (info := archive.next()) is not None:
            # The archive keeps each header it read: memory would grow with the number of members.
            archive.members.clear()  # type: ignore[attr-defined]  # typeshed leaves it out
            if info.isdir() or _is_litter(info.name):
                continue
            yield _tar_member(archive, info, budget)


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: _Budget) -> Member:
    try:
        _check_name(info.name)
        if not info.isreg() or info.issparse():
            raise ForbiddenItem(
                "A link or device in an archive is not followed; send the file itself."
            )
        budget.spend(info.size)
    except ItemError as refusal:
        return Member(info.name, refusal)
    content = archive.extractfile(info)
    if content is None:
        return Member(info.name, UnreadableItem("The file has no content in its archive."))
    return Member(info.name, _Guarded(content))


def _check_name(name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts[:1] and path.parts[0].endswith(":")):
        raise ForbiddenItem("The archive names a file outside itself; pack it with plain names.")
    if name.lower().endswith(NESTED_ENDINGS):
        raise UnsupportedItem("An archive inside an archive is not opened; send it by itself.")


def _is_litter(name: str) -> bool:
    path = PurePosixPath(name)
    return LITTER_FOLDER in path.parts or path.name.lower() in LITTER


class _Guarded:
    """A member's content, whose damage is an ItemError."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content

    def read(self, size: int) -> bytes:
        try:
            return self._content.read(size)
        except (NotImplementedError, RuntimeError) as error:
            raise UnsupportedItem("The file is packed in a way that is not read here.") from error
        except DAMAGE as error:
            raise UnreadableItem("The file is damaged in its archive; send it again.") from error


class _HeaderBound:
    """A tar's bytes, of which no single read is huge: contents are read in small pieces anyway."""

    def __init__(self, file: Seekable) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        if size > MOST_HEADER_BYTES:
            raise tarfile.ReadError("header too large")
        return self._file.read(size)

    def seek(self, position: int) -> int:
        return self._file.seek(position)

    def tell(self) -> int:
        return self._file.tell()
