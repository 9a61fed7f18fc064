"""Paths become the files to upload, in an order that is always the same."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# Also formats that are recognized but not read: the results then say what to convert.
PICTURE_ENDINGS = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".mpo", ".png", ".webp", ".bmp", ".tif", ".tiff",
    ".gif", ".avif",
    ".heic", ".heif", ".hif", ".jp2", ".jxl",
)  # fmt: skip
VIDEO_ENDINGS = (
    ".avi", ".mkv", ".webm", ".mov", ".mp4", ".m4v", ".mpg", ".mpeg",
)  # fmt: skip
ARCHIVE_ENDINGS = (
    ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2",
)  # fmt: skip
KNOWN_ENDINGS = (*PICTURE_ENDINGS, *VIDEO_ENDINGS, *ARCHIVE_ENDINGS)
LONGEST_NAME = 1024

Identity = tuple[int, int]  # of a folder, whatever path leads to it


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to submit; its path is absolute and may be a link."""

    path: str
    name: str  # in the results

    @property
    def uri(self) -> str:
        return Path(self.path).as_uri()

    @property
    def is_archive(self) -> bool:
        return self.path.lower().endswith(ARCHIVE_ENDINGS)


@dataclass(frozen=True, slots=True)
class SizedFile:
    """A file that could be opened, and its size."""

    path: str
    name: str
    size_bytes: int


@dataclass(slots=True)
class FoundFiles:
    """What is under some paths, each file once."""

    files: list[LocalFile] = field(default_factory=list)
    skipped: int = 0  # files in folders that are not wanted
    unreadable: list[str] = field(default_factory=list)  # folders that could not be listed


def has_known_ending(path: str) -> bool:
    return path.lower().endswith(KNOWN_ENDINGS)


def find_files(
    paths: Sequence[Path],
    is_wanted: Callable[[str], bool] = has_known_ending,
    excluded: Sequence[Path] = (),
) -> FoundFiles:
    """Files as they are given, and what is wanted in folders, without hidden and excluded ones."""
    identities = {_identify(folder.stat()) for folder in excluded if folder.is_dir()}
    found = FoundFiles()
    seen: set[str] = set()
    for path in paths:
        walk = _Walk(found, is_wanted, identities)
        for file in walk.expand(path.absolute(), several=len(paths) > 1):
            if file.path not in seen:
                seen.add(file.path)
                found.files.append(file)
    return found


@dataclass(frozen=True, slots=True)
class _Walk:
    """Through one of the paths; what is left out is noted."""

    found: FoundFiles
    is_wanted: Callable[[str], bool]
    excluded: set[Identity]

    def expand(self, top: Path, *, several: bool) -> Iterator[LocalFile]:
        if not top.is_dir():
            yield LocalFile(str(top), _decode_name(top.name))
            return
        # The names of several folders keep their equal files apart.
        start = top.resolve().name + os.sep if several else ""
        for path in self._walk(str(top)):
            if self.is_wanted(path):
                name = start + path.removeprefix(str(top)).lstrip(os.sep)
                yield LocalFile(path, _decode_name(name))
            else:
                self.found.skipped += 1

    def _walk(self, top: str) -> Iterator[str]:
        """Files and links to files under a folder, sorted; links to folders are not followed."""
        waiting = self._list_folder(top)
        while waiting:
            entry = waiting.pop()
            if entry.name.startswith("."):
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


def _identify(info: os.stat_result) -> Identity:
    return info.st_dev, info.st_ino


def _is_file(entry: os.DirEntry[str]) -> bool:
    """A file, or a link to anything but a folder, even to nothing: opening it will say so."""
    try:
        return entry.is_file() or (entry.is_symlink() and not entry.is_dir())
    except OSError:
        return True


def _decode_name(name: str) -> str:
    """Names are bytes: those that are not UTF-8 are made readable."""
    return os.fsencode(name).decode(errors="replace")[-LONGEST_NAME:]


def split_readable(files: Sequence[LocalFile]) -> tuple[list[SizedFile], list[str]]:
    """Files that can be opened, and the paths of those that cannot."""
    readable: list[SizedFile] = []
    unreadable: list[str] = []
    for file in files:
        try:
            with Path(file.path).open("rb") as content:
                size_bytes = os.fstat(content.fileno()).st_size
                readable.append(SizedFile(file.path, file.name, size_bytes))
        except OSError:
            unreadable.append(file.path)
    return readable, unreadable
