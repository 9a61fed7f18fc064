"""Folders of this machine in which files appear."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cli.uploads.files import find_pictures
from cli.uploads.seen import SeenFiles, WatchedFile
from facetally import Client, Item, Job, SizedFile, Submission
from facetally.local_files.files import LocalFile, split_readable
from facetally.sending.parts import Limits, split_oversized
from models.folder_names import FolderNames


class WatchedFolders:
    """A file is taken once it is as it was one look before: until then it may still be written.

    What is in `out_dir` and was written by us is left out. With `by_address`, the server reads
    pictures and videos where they are, and only archives are uploaded.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        submission: Submission,
        read_limits: Callable[[], Limits],
        out_dir: Path | None = None,
        *,
        by_address: bool = False,
    ) -> None:
        self._paths = paths
        self._submission = submission
        self._read_limits = read_limits
        self._out_dir = out_dir
        self._by_address = by_address
        self._before: dict[str, str] = {}

    def find_new(self, seen: SeenFiles, tell_once: Callable[[str], None]) -> Iterator[WatchedFile]:
        """What can be submitted and no longer changes."""
        found = find_pictures(self._paths, self._out_dir)
        for folder in found.unreadable:
            tell_once(f"Can't read {folder}: what is in it is left out.")
        readable, unreadable = split_readable(found.files)
        for path in unreadable:
            tell_once(f"Can't read {path}: it is left out.")
        new = [file for file in readable if seen.is_new(_watch(file))]
        stable = [file for file in new if self._before.get(file.path) == _watch(file).version]
        self._before = {file.path: _watch(file).version for file in new}
        return iter(self._sift(stable, seen, tell_once))

    def _sift(
        self, files: list[SizedFile], seen: SeenFiles, tell_once: Callable[[str], None]
    ) -> list[WatchedFile]:
        """Without those that the server would refuse, which are told once."""
        if not files:
            return []
        fitting, oversized = split_oversized(files, self._read_limits())
        faults = {one.path: f"{one}: it is left out." for one in oversized}
        if (written := self._submission.options.folders_as) is not None:
            faults |= _find_strays(fitting, FolderNames.parse(written), self._submission)
        for file in files:
            if file.path in faults:
                tell_once(faults[file.path])
                seen.leave_out(_watch(file))
        return [_watch(file) for file in fitting if file.path not in faults]

    def is_unchanged(self, files: Sequence[WatchedFile]) -> bool:
        """Whether all of these are there, with the sizes and times that they had."""
        there = {file.path: _watch(file).version for file in _measure(files)}
        return all(there.get(file.path) == file.version for file in files)

    def submit(self, client: Client, files: Sequence[WatchedFile], submission: Submission) -> Job:
        """As one job; the files are uploaded unless the server reads them where they are."""
        sized = _measure(files)
        local = [LocalFile(file.path, file.name) for file in sized]
        if not self._by_address or any(file.is_archive for file in local):
            return client.submit_files(sized, submission)
        return client.submit_files([], submission, [Item(file.uri, file.name) for file in local])


def _measure(files: Sequence[WatchedFile]) -> list[SizedFile]:
    readable, _ = split_readable([LocalFile(file.path, file.name) for file in files])
    return readable


def _watch(file: SizedFile) -> WatchedFile:
    return WatchedFile(file.path, file.name, f"{file.size_bytes} {file.modified_nanoseconds}")


def _find_strays(
    files: Sequence[SizedFile], folders: FolderNames, submission: Submission
) -> dict[str, str]:
    """Files whose folders are not the dimensions that they should be, with what is wrong."""
    faults = {}
    for file in files:
        try:
            if not LocalFile(file.path, file.name).is_archive:
                folders.add_to(submission.dimensions, file.name)
        except ValueError as error:
            faults[file.path] = f"{error}: it is left out."
    return faults
