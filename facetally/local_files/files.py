"""Paths become the files to upload, in an order that is always the same."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from facetally.local_files.heads import HEAD_BYTES, begins_as_archive, begins_as_media
from facetally.local_files.litter import OTHER, Skipped, find_litter

# Also formats that are recognized but not read: the results then say what to convert.
PICTURE_ENDINGS = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".mpo", ".png", ".webp", ".bmp", ".tif", ".tiff",
    ".gif", ".avif",
    ".heic", ".heif", ".hif", ".jp2", ".jxl",
)  # fmt: skip
VIDEO_ENDINGS = (
    ".avi", ".mkv", ".webm", ".mov", ".mp4", ".m4v", ".3gp", ".3g2", ".mpg", ".mpeg", ".vob",
    ".mts", ".m2ts", ".wmv", ".asf", ".flv", ".dv", ".mxf",
)  # fmt: skip
ARCHIVE_ENDINGS = (
    ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst",
    ".tzst",
)  # fmt: skip
KNOWN_ENDINGS = (*PICTURE_ENDINGS, *VIDEO_ENDINGS, *ARCHIVE_ENDINGS)
LONGEST_NAME = 1024

Identity = tuple[int, int]  # of a folder, whatever path leads to it


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to submit; its path is absolute and may be a link."""

    path: str
    name: str  # in the results
    captured_at: datetime | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return Path(self.path).as_uri()

    @property
    def is_archive(self) -> bool:
        """By how it is called or begins."""
        path = self.path.lower()
        if path.endswith((*PICTURE_ENDINGS, *VIDEO_ENDINGS)):
            return False
        return path.endswith(ARCHIVE_ENDINGS) or begins_as_archive(read_head(self.path))


@dataclass(frozen=True, slots=True)
class SizedFile:
    """A file that could be opened, and its size."""

    path: str
    name: str
    size_bytes: int
    captured_at: datetime | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    modified_nanoseconds: int = 0

    def to_json(self) -> dict[str, object]:
        """What is said of it apart from its content, as the API takes it."""
        fields: dict[str, object] = {"name": self.name, "dimensions": dict(self.dimensions)}
        if self.captured_at is not None:
            fields["captured_at"] = self.captured_at.isoformat()
        return fields


@dataclass(slots=True)
class FoundFiles:
    """What is under some paths, each file once."""

    files: list[LocalFile] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)  # files in folders, by why
    unreadable: list[str] = field(default_factory=list)  # folders that could not be listed

    @property
    def skipped(self) -> Skipped:
        return Skipped(**self.left_out)


def is_wanted(path: str) -> bool:
    """Whether a file in a folder is submitted: by its content, or by its name so that what is wrong
    with it is told. Archives go by their names, as documents and programs are archives, too."""
    return path.lower().endswith(KNOWN_ENDINGS) or begins_as_media(read_head(path))


def read_head(path: str) -> bytes:
    """The first bytes of a file; none if it can't be read."""
    try:
        if not Path(path).is_file():
            return b""
        with Path(path).open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return b""


def find_files(
    paths: Sequence[Path],
    excluded: Sequence[Path] = (),
) -> FoundFiles:
    """Files as they are given, and in folders pictures, videos and archives, without hidden,
    generated, deleted and excluded ones."""
    identities = {_identify(folder.stat()) for folder in excluded if folder.is_dir()}
    found = FoundFiles()
    seen: set[str] = set()
    for path in paths:
        walk = _Walk(found, identities)
        for file in walk.expand(path.absolute(), several=len(paths) > 1):
            if file.path not in seen:
                seen.add(file.path)
                found.files.append(file)
    return found


@dataclass(frozen=True, slots=True)
class _Walk:
    """Through one of the paths; what is left out is noted."""

    found: FoundFiles
    excluded: set[Identity]

    def expand(self, top: Path, *, several: bool) -> Iterator[LocalFile]:
        if not top.is_dir():
            yield LocalFile(str(top), decode_name(top.name))
            return
        # The names of several folders keep their equal files apart.
        start = top.resolve().name + os.sep if several else ""
        for path in self._walk(str(top)):
            inside = path.removeprefix(str(top)).lstrip(os.sep)
            litter = _find_litter(path, inside)
            if litter is None:
                yield LocalFile(path, decode_name(start + inside))
            else:
                self.found.left_out[litter] += 1

    def _walk(self, top: str) -> Iterator[str]:
        """Files and links to files under a folder, sorted; links to folders are not followed."""
        waiting = self._list_folder(top)
        while waiting:
            entry = waiting.pop()
            if entry.name.startswith(".") and not _is_litter(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                if _identify(entry.stat(follow_symlinks=False)) not in self.excluded:
                    waiting += self._list_folder(entry.path)
            elif _is_file(entry):
                yield entry.path

    def _list_folder(self, folder: str) -> list[os.DirEntry[str]]:
        """In reverse, as entries are taken from the end."""
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: os.fsencode(entry.name), reverse=True)
        except OSError:
            self.found.unreadable.append(folder)
            return []


def _is_litter(name: str) -> bool:
    """Whether a file or a folder of this name is counted among what is left out."""
    return find_litter([name]) is not None or find_litter([name, ""]) is not None


def _identify(info: os.stat_result) -> Identity:
    return info.st_dev, info.st_ino


def _is_file(entry: os.DirEntry[str]) -> bool:
    """A file, or a link to anything but a folder, even to nothing: opening it will say so."""
    try:
        return entry.is_file() or (entry.is_symlink() and not entry.is_dir())
    except OSError:
        return True


def sift_file(found: FoundFiles, file: LocalFile, inside: str) -> None:
    """Add a file by its path `inside` a folder, or count it among those that are left out."""
    litter = _find_litter(file.path, inside)
    if litter is None:
        found.files.append(file)
    else:
        found.left_out[litter] += 1


def _find_litter(path: str, inside: str) -> str | None:
    return find_litter(Path(inside).parts) or (None if is_wanted(path) else OTHER)


def decode_name(name: str) -> str:
    """Names are bytes: those that are not UTF-8 are made readable."""
    return os.fsencode(name).decode(errors="replace")[-LONGEST_NAME:]


def split_readable(files: Sequence[LocalFile]) -> tuple[list[SizedFile], list[str]]:
    """Files that can be opened, and the paths of those that cannot."""
    readable: list[SizedFile] = []
    unreadable: list[str] = []
    for file in files:
        try:
            with Path(file.path).open("rb") as content:
                readable.append(_measure(file, os.fstat(content.fileno())))
        except OSError:
            unreadable.append(file.path)
    return readable, unreadable


def _measure(file: LocalFile, info: os.stat_result) -> SizedFile:
    return SizedFile(
        file.path, file.name, info.st_size, file.captured_at, file.dimensions, info.st_mtime_ns
    )
