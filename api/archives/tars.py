"""The members of a tar archive, compressed or not."""

import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import IO, cast

from api.archives.bounds import Budget, CountedTar, GuardedContent
from api.archives.compressions import open_plain
from api.archives.members import Member, check_name, is_left_out, take
from models.errors import ForbiddenItem, ItemError, UnreadableItem
from models.file_kinds.litter import Litter

BLOCK_BYTES = 512


def read_tar(path: Path, budget: Budget, skipped: Counter[Litter]) -> Iterator[Member]:
    """The pictures and videos, in the order of the archive."""
    with closing(open_plain(path)) as file:
        bounded = CountedTar(file, budget)
        with tarfile.open(fileobj=cast(IO[bytes], bounded), mode="r:") as archive:
            while (info := archive.next()) is not None:
                # The reader keeps every header, so memory would grow with the number of members.
                archive.members.clear()  # type: ignore[attr-defined]  # typeshed leaves it out
                archive.pax_headers = {}
                if info.isdir() or is_left_out(info.name, skipped):
                    continue
                member = _read_member(archive, info, budget, skipped)
                if member is not None:
                    yield member
            _check_end(bounded, archive.offset)


def _check_end(file: CountedTar, offset: int) -> None:
    """Raises UnreadableItem if the archive ends at a broken header instead of its end mark."""
    file.seek(offset)
    if any(file.read(BLOCK_BYTES)):
        raise UnreadableItem("The rest of the archive is damaged. Send it again.")


def _read_member(
    archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget, skipped: Counter[Litter]
) -> Member | None:
    try:
        check_name(info.name)
        if info.islnk():
            # A file with several names is in the archive once.
            return Member(info.name, BytesIO(), same_as=info.linkname)
        if not info.isreg() or info.issparse():
            raise ForbiddenItem(
                "Links and devices in archives are not followed. Send the file itself."
            )
        budget.check_member(info.size)
        content = archive.extractfile(info)
        if content is None:
            raise UnreadableItem("The file has no content in its archive. Send the file itself.")
        return take(info.name, GuardedContent(content), skipped)
    except ItemError as refusal:
        return Member(info.name, refusal)
