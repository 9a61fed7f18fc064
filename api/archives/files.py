"""The members of an archive, each as a file of its own.

Members are only read and never extracted under their names, so no name can write outside the store.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from api.archives.bounds import Budget
from api.archives.compressions import find_opener, open_plain
from api.archives.members import Member
from api.archives.tars import read_tar
from api.archives.zips import read_zip
from models.errors import ItemError, UnreadableItem
from models.file_kinds.endings import ARCHIVE_ENDINGS
from models.file_kinds.litter import Litter
from models.file_kinds.recognition import HEAD_BYTES, is_media, is_tar, is_zip


def is_archive(path: Path, name: str) -> bool:
    """Whether a file is to be opened as an archive, by what it begins with.

    A file that is called one and begins as nothing else is opened, too, to say what is wrong.
    """
    head = _read_head(path)
    if is_zip(head) or is_tar(head) or is_tar(_read_plain_head(path, head)):
        return True
    return name.lower().endswith(ARCHIVE_ENDINGS) and not is_media(head)


def read_members(
    path: Path, name: str, budget: Budget, skipped: Counter[Litter]
) -> Iterator[Member]:
    """The pictures and videos in an archive, in its order; what is left out is counted.

    A refused one has an ItemError as content. If the archive cannot be read, or not to its end, the
    last member has the archive's own name and says why.
    """
    members = 0
    try:
        read = read_zip if is_zip(_read_head(path)) or _is_called_zip(path, name) else read_tar
        for member in read(path, budget, skipped):
            members += 1
            yield member
        if members == 0:
            raise UnreadableItem("The archive contains no pictures or videos. Send another one.")
    except ItemError as refusal:
        yield Member(name, refusal)
    # On hostile bytes the standard library's readers raise nearly anything.
    except Exception:  # noqa: BLE001
        yield Member(name, UnreadableItem("The archive is damaged or incomplete. Send it again."))


def _is_called_zip(path: Path, name: str) -> bool:
    head = _read_head(path)
    is_other = is_tar(head) or is_tar(_read_plain_head(path, head))
    return name.lower().endswith(".zip") and not is_other


def _read_head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _read_plain_head(path: Path, head: bytes) -> bytes:
    """The first bytes of what was compressed; none of what is damaged."""
    if find_opener(head) is find_opener(b""):
        return head
    file = open_plain(path)
    try:
        return file.read(HEAD_BYTES)
    except Exception:  # noqa: BLE001 - on hostile bytes, anything
        return b""
    finally:
        file.close()
