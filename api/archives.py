"""What is in a .zip or .tar: each member as a file of its own, and nothing that an archive should
not hold.

Members are only read, never extracted by their names, so that no name can lead anywhere on this
machine.
"""

import bz2
import gzip
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
}
ARCHIVE_ENDINGS = (".zip", *DECOMPRESS)
NESTED_ENDINGS = (*ARCHIVE_ENDINGS, ".gz", ".bz2", ".xz", ".7z", ".rar", ".zst")
# What operating systems add to archives unasked.
LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
LITTER_FOLDER = "__MACOSX"

# Photographs hardly shrink in an archive: archives that grow by more than this were made to harm.
MOST_GROWTH = 20
ALWAYS_ALLOWED_BYTES = 1 << 30
# The list of a zip's members, and the names of a tar's, are read whole: a list of this size takes
# some hundred megabytes in memory, and no honest name is as long.
MOST_LIST_BYTES = 16 << 20
MOST_HEADER_BYTES = 256 << 10
TAR_BLOCK_BYTES = 512

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


def read_members(path: Path, name: str, budget: Budget) -> Iterator[Member]:
    """The files in an archive, in its order; one that is refused carries its reason as content.

    An archive that cannot be read, from the start or from some point on, ends with a member under
    the archive's own name that says so.
    """
    ending = next((end for end in DECOMPRESS if name.lower().endswith(end)), ".tar")
    try:
        with path.open("rb") as file:
            is_zip = file.read(4) in ZIP_MAGICS or name.lower().endswith(".zip")
        if is_zip:
            yield from _read_zip(path, budget)
        else:
            yield from _read_tar(path, DECOMPRESS[ending], budget)
    except ItemError as refusal:
        yield Member(name, refusal)
    except DAMAGE:
        yield Member(name, UnreadableItem("The archive is damaged or cut off; send it again."))


def _read_zip(path: Path, budget: Budget) -> Iterator[Member]:
    with (
        path.open("rb") as file,
        zipfile.ZipFile(cast(IO[bytes], _ListBound(file))) as archive,
    ):
        for info in archive.infolist():
            if info.is_dir() or _is_litter(info.filename):
                continue
            try:
                _check_name(info.orig_filename)
                _check_zip_kind(info)
                budget.check_member(info.file_size)
                budget.spend(info.file_size)
                content = _open_zip_member(archive, info)
            except ItemError as refusal:
                yield Member(info.filename, refusal)
                continue
            with content:
                yield Member(info.filename, _Guarded(content))


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
    except NotImplementedError as error:
        raise UnsupportedItem(
            "The file is packed in a way that is not read here; pack it with Deflate."
        ) from error
    except DAMAGE as error:
        raise UnreadableItem("The file is damaged in its archive; send it again.") from error


def _read_tar(path: Path, decompress: Decompress, budget: Budget) -> Iterator[Member]:
    with closing(decompress(path)) as file:
        bounded = _HeaderBound(file, budget)
        with tarfile.open(fileobj=cast(IO[bytes], bounded), mode="r:") as archive:
            while (info := archive.next()) is not None:
                # The archive keeps each header it read: memory would grow with their number.
                archive.members.clear()  # type: ignore[attr-defined]  # typeshed leaves it out
                archive.pax_headers = {}
                if info.isdir() or _is_litter(info.name):
                    continue
                yield _tar_member(archive, info, budget)
            _check_end(bounded, archive.offset)


def _check_end(file: "_HeaderBound", offset: int) -> None:
    """Raises UnreadableItem where the archive stops at a broken header, not at its end."""
    file.seek(offset)
    if any(file.read(TAR_BLOCK_BYTES)):
        raise UnreadableItem("The archive is damaged from here on; send it again.")


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Member:
    try:
        _check_name(info.name)
        if not info.isreg() or info.issparse():
            raise ForbiddenItem(
                "A link or device in an archive is not followed; send the file itself."
            )
        budget.check_member(info.size)
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
        except NotImplementedError as error:
            raise UnsupportedItem("The file is packed in a way that is not read here.") from error
        except DAMAGE as error:
            raise UnreadableItem("The file is damaged in its archive; send it again.") from error


class _ListBound:
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


class _HeaderBound:
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
