"""The members of a .zip or .tar, each as a file of its own.

Members are only read and never extracted under their names, so no name can write outside the store.
"""

import bz2
import gzip
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from api.submissions.archive_bounds import (
    DAMAGE,
    BoundedList,
    Budget,
    CountedTar,
    GuardedContent,
    Seekable,
    raise_damage,
)
from models.blocks import Readable
from models.errors import (
    ForbiddenItem,
    ItemError,
    UnreadableItem,
    UnsupportedItem,
)
from models.pictures.endings import ARCHIVE_ENDINGS, NESTED_ENDINGS
from models.pictures.file_kinds import TAR, ZIP
from models.pictures.recognition import HEAD_BYTES, is_tar, is_zip

Decompress = Callable[[Path], Seekable]
# By the last part of the endings of a tar archive.
DECOMPRESS: dict[str, Decompress] = {
    "tar": lambda path: path.open("rb"),
    "gz": gzip.GzipFile,
    "tgz": gzip.GzipFile,
    "bz2": bz2.BZ2File,
}
# Files that operating systems add to archives.
LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
LITTER_FOLDER = "__MACOSX"

TAR_BLOCK_BYTES = 512


@dataclass(frozen=True, slots=True)
class Member:
    """A file on its way into the store; `content` is open until the next member is read."""

    name: str
    content: "Readable | ItemError"

    def open(self) -> "Readable":
        """The content; raises the ItemError if the member was refused."""
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
        head = file.read(HEAD_BYTES)
    return is_zip(head) or is_tar(head)


def read_members(path: Path, name: str, budget: Budget) -> Iterator[Member]:
    """The files in an archive, in its order; a refused one has an ItemError as content.

    If the archive cannot be read, or not to its end, the last member has the archive's own name and
    says why.
    """
    ending = next((end for end in TAR.endings if name.lower().endswith(end)), ".tar")
    decompress = DECOMPRESS[ending.rpartition(".")[2]]
    members = 0
    try:
        with path.open("rb") as file:
            reads_zip = is_zip(file.read(HEAD_BYTES)) or name.lower().endswith(ZIP.endings)
        reading = _read_zip(path, budget) if reads_zip else _read_tar(path, decompress, budget)
        for member in reading:
            members += 1
            yield member
        if members == 0:
            raise UnreadableItem("The archive contains no files.")
    except ItemError as refusal:
        yield Member(name, refusal)
    except DAMAGE:
        yield Member(name, UnreadableItem("The archive is damaged or incomplete. Send it again."))


def _read_zip(path: Path, budget: Budget) -> Iterator[Member]:
    with (
        path.open("rb") as file,
        zipfile.ZipFile(cast(IO[bytes], BoundedList(file))) as archive,
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
                yield Member(info.filename, GuardedContent(content))


def _check_zip_kind(info: zipfile.ZipInfo) -> None:
    # The upper half is the Unix file mode, if the archive was made on Unix.
    mode = info.external_attr >> 16
    if mode & 0o170000 not in (0, 0o100000):
        raise ForbiddenItem("Links and devices in archives are not followed. Send the file itself.")
    if info.flag_bits & 0x1:
        raise UnsupportedItem("The file is encrypted in its archive. Send it without a password.")


def _open_zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    with raise_damage():
        return archive.open(info)


def _read_tar(path: Path, decompress: Decompress, budget: Budget) -> Iterator[Member]:
    with closing(decompress(path)) as file:
        bounded = CountedTar(file, budget)
        with tarfile.open(fileobj=cast(IO[bytes], bounded), mode="r:") as archive:
            while (info := archive.next()) is not None:
                # The reader keeps every header, so memory would grow with the number of members.
                archive.members.clear()  # type: ignore[attr-defined]  # typeshed leaves it out
                archive.pax_headers = {}
                if info.isdir() or _is_litter(info.name):
                    continue
                yield _tar_member(archive, info, budget)
            _check_end(bounded, archive.offset)


def _check_end(file: CountedTar, offset: int) -> None:
    """Raises UnreadableItem if the archive ends at a broken header instead of its end mark."""
    file.seek(offset)
    if any(file.read(TAR_BLOCK_BYTES)):
        raise UnreadableItem("The rest of the archive is damaged. Send it again.")


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Member:
    try:
        _check_name(info.name)
        if not info.isreg() or info.issparse():
            raise ForbiddenItem(
                "Links and devices in archives are not followed. Send the file itself."
            )
        budget.check_member(info.size)
    except ItemError as refusal:
        return Member(info.name, refusal)
    content = archive.extractfile(info)
    if content is None:
        return Member(
            info.name,
            UnreadableItem("The file has no content in its archive. Send the file itself."),
        )
    return Member(info.name, GuardedContent(content))


def _check_name(name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts[:1] and path.parts[0].endswith(":")):
        raise ForbiddenItem("The archive names a file outside of it. Pack it with relative names.")
    if name.lower().endswith(NESTED_ENDINGS):
        raise UnsupportedItem(
            "Archives inside archives are not opened. Send the inner archive by itself."
        )


def _is_litter(name: str) -> bool:
    path = PurePosixPath(name)
    return LITTER_FOLDER in path.parts or path.name.lower() in LITTER
