"""The members of a ZIP archive."""

import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from api.archives.bounds import BoundedList, Budget, GuardedContent, raise_damage
from api.archives.members import Member, check_name, is_left_out, take
from models.errors import ForbiddenItem, ItemError, UnreadableItem, UnsupportedItem
from models.file_kinds.litter import Litter

NAME_IS_UTF8 = 0x800
ENCRYPTED = 0x1


def read_zip(path: Path, budget: Budget, skipped: Counter[Litter]) -> Iterator[Member]:
    """The pictures and videos, in the order of the archive's list."""
    with (
        path.open("rb") as file,
        zipfile.ZipFile(cast(IO[bytes], BoundedList(file))) as archive,
    ):
        for info in archive.infolist():
            name = _read_name(info)
            if name.endswith(("/", "\\")) or is_left_out(name, skipped):
                continue
            try:
                _check(info, name, budget)
                content = _open(archive, info)
            except ItemError as refusal:
                yield Member(name, refusal)
                continue
            with content:
                yield from _take(name, content, skipped)


def _read_name(info: zipfile.ZipInfo) -> str:
    """macOS writes UTF-8 without saying so; then it was read as the code page of DOS."""
    name = info.orig_filename
    if info.flag_bits & NAME_IS_UTF8 or name.isascii():
        return name
    try:
        return name.encode("cp437").decode()
    except UnicodeError:
        return name


def _check(info: zipfile.ZipInfo, name: str, budget: Budget) -> None:
    if not name:
        raise UnreadableItem("The file has no name in its archive. Pack it again.")
    check_name(name)
    # The upper half is the Unix file mode, if the archive was made on Unix.
    mode = info.external_attr >> 16
    if mode & 0o170000 not in (0, 0o100000):
        raise ForbiddenItem("Links and devices in archives are not followed. Send the file itself.")
    if info.flag_bits & ENCRYPTED:
        raise UnsupportedItem("The file is encrypted in its archive. Send it without a password.")
    budget.check_member(info.file_size)
    budget.spend(info.file_size)


def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    with raise_damage():
        return archive.open(info)


def _take(name: str, content: IO[bytes], skipped: Counter[Litter]) -> Iterator[Member]:
    try:
        member = take(name, GuardedContent(content), skipped)
    except ItemError as refusal:
        member = Member(name, refusal)
    if member is not None:
        yield member
