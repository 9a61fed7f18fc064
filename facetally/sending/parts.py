"""Files cut into requests that are soon sent again, and within what a server takes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from facetally.connection import Connection
from facetally.local_files.files import ARCHIVE_ENDINGS, VIDEO_ENDINGS, SizedFile, read_head
from facetally.local_files.heads import begins_as_archive, begins_as_video

PART_FILES = 200
PART_BYTES = 64 << 20
# A larger file is sent in pieces of this size.
PIECE_BYTES = PART_BYTES
# What is said of files is a field of the form, which the server holds in memory.
PART_NOTES_BYTES = 512 << 10
# Of a form, apart from the content of a file.
FORM_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server takes; each is the setting of that name, with FACETALLY_ before it."""

    max_upload_bytes: int
    max_items_per_request: int
    max_item_bytes: int
    max_video_bytes: int


@dataclass(frozen=True, slots=True)
class OversizedFile:
    """A file that the server would refuse, and the limit."""

    path: str
    size_bytes: int
    limit_bytes: int
    setting: str

    def __str__(self) -> str:
        return (
            f"{self.path} has {self.size_bytes:,} bytes; this server takes {self.limit_bytes:,} "
            f"({self.setting})"
        )


@dataclass(frozen=True, slots=True)
class Part:
    """Files that are sent together; the others are numbered, too."""

    number: int
    files: tuple[SizedFile, ...]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    @property
    def is_large(self) -> bool:
        """Whether it is one file, which is sent in pieces."""
        return self.size_bytes > PIECE_BYTES and len(self.files) == 1


def read_limits(connection: Connection) -> Limits:
    return connection.parse(Limits, connection.get("/v1/limits"))


def split_oversized(
    files: Sequence[SizedFile], limits: Limits
) -> tuple[list[SizedFile], list[OversizedFile]]:
    """Files that the server takes, and those that are too large for it."""
    fitting: list[SizedFile] = []
    oversized: list[OversizedFile] = []
    for file in files:
        name, limit = _limit_of(file, limits)
        if file.size_bytes <= limit:
            fitting.append(file)
        else:
            setting = f"FACETALLY_{name.upper()}"
            oversized.append(OversizedFile(file.path, file.size_bytes, limit, setting))
    return fitting, oversized


def _limit_of(file: SizedFile, limits: Limits) -> tuple[str, int]:
    """The smallest limit that the file must keep."""
    form = limits.max_upload_bytes - FORM_BYTES
    # Most files are below all of them: then none is opened.
    if file.size_bytes <= min(form, limits.max_item_bytes, limits.max_video_bytes):
        return "max_upload_bytes", form
    own = [("max_upload_bytes", form)]
    head, path = read_head(file.path), file.path.lower()
    if path.endswith(VIDEO_ENDINGS) or begins_as_video(head):
        own.append(("max_video_bytes", limits.max_video_bytes))
    elif not (path.endswith(ARCHIVE_ENDINGS) or begins_as_archive(head)):
        own.append(("max_item_bytes", limits.max_item_bytes))
    return min(own, key=lambda one: one[1])


def cut_into_parts(files: Sequence[SizedFile], limits: Limits) -> list[Part]:
    """The same parts for the same files; a large file is a part by itself."""
    most_files = min(PART_FILES, limits.max_items_per_request)
    most_bytes = min(PART_BYTES, limits.max_upload_bytes - FORM_BYTES)
    parts: list[Part] = []
    taken: list[SizedFile] = []
    size_bytes = notes_bytes = 0
    for file in files:
        note = len(json.dumps(file.to_json()))
        is_full = size_bytes + file.size_bytes > most_bytes or notes_bytes + note > PART_NOTES_BYTES
        if taken and (is_full or len(taken) == most_files):
            parts.append(Part(len(parts), tuple(taken)))
            taken, size_bytes, notes_bytes = [], 0, 0
        taken.append(file)
        size_bytes += file.size_bytes
        notes_bytes += note
    return [*parts, Part(len(parts), tuple(taken))] if taken else parts
