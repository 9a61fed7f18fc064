"""Paths as given become the files to submit, in an order that is always the same."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.pictures.file_kinds import ARCHIVE_ENDINGS
from models.pictures.recognition import HEAD_BYTES, is_video
from models.pictures.refused_kinds import SUBMITTED_ENDINGS

LONGEST_NAME = 1024
# Where results are written, each picture's small copy goes in here.
THUMBNAILS = "thumbnails"

Identity = tuple[int, int]  # of a folder, whatever path leads to it


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to submit; its path is absolute and may be a link."""

    path: str
    name: str  # as results call it

    @property
    def uri(self) -> str:
        return Path(self.path).as_uri()

    @property
    def is_archive(self) -> bool:
        return self.path.lower().endswith(ARCHIVE_ENDINGS)


@dataclass(slots=True)
class Findings:
    """What was found under the paths, each file once."""

    files: list[FoundFile] = field(default_factory=list)
    skipped: int = 0  # files in folders that are neither pictures, videos nor archives
    unreadable: list[str] = field(default_factory=list)  # folders that could not be listed

    def describe_gaps(self) -> list[str]:
        """A sentence for each kind of thing that was left out."""
        gaps = []
        if self.skipped:
            gaps.append(f"Skipped files, neither pictures nor videos: {self.skipped}.")
        if self.unreadable:
            gaps.append(f"Folders that cannot be read: {', '.join(self.unreadable)}.")
        return gaps


def find_pictures(paths: Sequence[Path], out_dir: Path | None = None) -> Findings:
    """Files as they are, and what is in folders but for hidden things and our own `out_dir`."""
    findings = Findings()
    seen: set[str] = set()
    for path in paths:
        for file in _expand(path.absolute(), len(paths) > 1, out_dir, findings):
            if file.path not in seen:
                seen.add(file.path)
                findings.files.append(file)
    return findings


def _expand(
    top: Path, several: bool, out_dir: Path | None, findings: Findings
) -> Iterator[FoundFile]:
    if not top.is_dir():
        yield FoundFile(str(top), _spell(top.name))
        return
    # Folders of equal files stay apart by their own names.
    start = top.resolve().name + os.sep if several else ""
    for path in _walk(str(top), _find_ours(out_dir, top), findings):
        if path.lower().endswith(SUBMITTED_ENDINGS) or _begins_as_video(path):
            yield FoundFile(path, _spell(start + path.removeprefix(str(top)).lstrip(os.sep)))
        else:
            findings.skipped += 1


def _begins_as_video(path: str) -> bool:
    """Cameras give videos endings of their own."""
    try:
        if not Path(path).is_file():
            return False
        with Path(path).open("rb") as file:
            return is_video(file.read(HEAD_BYTES))
    except OSError:
        return False


def _find_ours(out_dir: Path | None, top: Path) -> Identity | None:
    """The folder to leave out: all of `out_dir`, unless that is what is to be searched."""
    if out_dir is None or not out_dir.is_dir():
        return None
    if not out_dir.samefile(top):
        return _identify(out_dir.stat())
    thumbnails = out_dir / THUMBNAILS
    return _identify(thumbnails.stat()) if thumbnails.is_dir() else None


def _identify(info: os.stat_result) -> Identity:
    return info.st_dev, info.st_ino


def _walk(top: str, excluded: Identity | None, findings: Findings) -> Iterator[str]:
    """Files and links to files under a folder, sorted; links to folders are not followed."""
    waiting = _list_folder(top, findings)
    while waiting:
        entry = waiting.pop()
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            if _identify(entry.stat(follow_symlinks=False)) != excluded:
                waiting += _list_folder(entry.path, findings)
        elif _is_file(entry):
            yield entry.path


def _list_folder(folder: str, findings: Findings) -> list[os.DirEntry[str]]:
    """The last first, as entries are taken from the end."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: os.fsencode(entry.name), reverse=True)
    except OSError:
        findings.unreadable.append(folder)
        return []


def _is_file(entry: os.DirEntry[str]) -> bool:
    """A file, or a link to anything but a folder: where it leads is for the worker to judge."""
    try:
        return entry.is_file() or (entry.is_symlink() and not entry.is_dir())
    except OSError:
        return True


def _spell(name: str) -> str:
    """Names are bytes: where they are not UTF-8, something readable stands in for them."""
    return os.fsencode(name).decode(errors="replace")[-LONGEST_NAME:]
