"""A member of an archive: its name, and what may be taken of it."""

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath

from api.archives.bounds import GuardedContent
from models.blocks import Readable
from models.errors import ForbiddenItem, ItemError, UnsupportedItem
from models.file_kinds.endings import NESTED_ENDINGS, SUBMITTED_ENDINGS
from models.file_kinds.litter import Litter, find_litter
from models.file_kinds.recognition import is_media, is_tar, is_video, is_zip


@dataclass(frozen=True, slots=True)
class Member:
    """A file on its way into the store; `content` is open until the next member is read.

    `same_as` names an earlier member of the archive that has the content.
    """

    name: str
    content: "Readable | ItemError"
    same_as: str | None = None
    # By which other members name it.
    stored_name: str | None = None
    # A video may be larger.
    is_video: bool = False

    def open(self) -> "Readable":
        """The content; raises the ItemError if the member was refused."""
        if isinstance(self.content, ItemError):
            raise self.content
        return self.content


def split_name(name: str) -> tuple[str, ...]:
    """The parts of a member's name, whichever slashes its archive has."""
    return PurePosixPath(name.replace("\\", "/")).parts


def is_left_out(name: str, skipped: Counter[Litter]) -> bool:
    """Whether a member is left out by its name; if so, it is counted."""
    parts = split_name(name)
    litter = find_litter(parts) if parts else None
    if litter is None and parts and parts[-1].startswith("."):
        # As in folders, where hidden files are.
        litter = Litter.GENERATED
    if litter is not None:
        skipped[litter] += 1
    return litter is not None


def check_name(name: str) -> None:
    """Raises ForbiddenItem for a name that leads out of the archive."""
    parts = split_name(name)
    if name.startswith(("/", "\\")) or ".." in parts or (parts and parts[0].endswith(":")):
        raise ForbiddenItem("The archive names a file outside of it. Pack it with relative names.")


def take(name: str, content: GuardedContent, skipped: Counter[Litter]) -> Member | None:
    """The member if it is a picture or a video, or is called one; else it is counted and None.

    Raises UnsupportedItem for an archive.
    """
    head = content.head
    if is_media(head):
        return Member(name, content, stored_name=name, is_video=is_video(head))
    if is_zip(head) or is_tar(head) or name.lower().endswith(NESTED_ENDINGS):
        raise UnsupportedItem(
            "Archives inside archives are not opened. Send the inner archive by itself."
        )
    if name.lower().endswith(SUBMITTED_ENDINGS):
        return Member(name, content, stored_name=name)
    skipped[Litter.OTHER] += 1
    return None
