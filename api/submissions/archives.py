"""What is in a .zip or .tar: each member as a file of its own, and nothing that an archive should
not hold.

Members are only read, never extracted by their names, so that no name can lead anywhere on this
machine.
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
)
from models.blocks import Readable
from models.errors import (
    ForbiddenItem,
    ItemError,
    UnreadableItem,
    UnsupportedItem,
)
from models.pictures.file_kinds import ARCHIVE_ENDINGS, TAR, ZIP
from models.pictures.recognition import HEAD_BYTES, is_tar, is_zip
from models.pictures.refused_kinds import NESTED_ENDINGS

Decompress = Callable[[Path], Seekable]
# By the last part of the endings of a tar archive.
DECOMPRESS: dict[str, Decompress] = {
    "tar": lambda path: path.open("rb"),
    "gz": gzip.GzipFile,
    "tgz": gzip.GzipFile,
    "bz2": bz2.BZ2File,
}
# What operating systems add to archives unasked.
LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
LITTER_FOLDER = "__MACOSX"

TAR_BLOCK_BYTES = 512


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
        head = file.read(HEAD_BYTES)
    return is_zip(head) or is_tar(head)


def read_members(path: Path, name: str, budget: Budget) -> Iterator[Member]:
    """The files in an archive, in its order; one that is refused carries its reason as content.

    An archive that cannot be read, from the start or from some point on, ends with a member under
    the archive's own name that says so.
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
            raise UnreadableItem("There is no file in the archive.")
    except ItemError as refusal:
        yield Member(name, refusal)
    except DAMAGE:
        yield Member(name, UnreadableItem("The archive is damaged or cut off; send it again."))


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
        bounded = CountedTar(file, budget)
        with tarfile.open(fileobj=cast(IO[bytes], bounded), mode="r:") as archive:
            while (info := archive.next()) is not None:
                # The archive keeps each header it read: memory would grow with their number.
                archive.members.clear()  # type: ignore[attr-defined]  # typeshed leaves it out
                archive.pax_headers = {}
                if info.isdir() or _is_litter(info.name):
                    continue
                yield _tar_member(archive, info, budget)
            _check_end(bounded, archive.offset)


def _check_end(file: CountedTar, offset: int) -> None:
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
    return Member(info.name, GuardedContent(content))


def _check_name(name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts[:1] and path.parts[0].endswith(":")):
        raise ForbiddenItem("The archive names a file outside itself; pack it with plain names.")
    if name.lower().endswith(NESTED_ENDINGS):
        raise UnsupportedItem("An archive inside an archive is not opened; send it by itself.")


def _is_litter(name: str) -> bool:
    path = PurePosixPath(name)
    return LITTER_FOLDER in path.parts or path.name.lower() in LITTER
