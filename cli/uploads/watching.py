"""Submits what is new in a folder, each file once, whatever is interrupted."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cli.exits import CommandFailed
from cli.terminal import tell
from cli.uploads.files import find_pictures
from cli.uploads.seen import Begun, SeenFiles, version_of
from facetally import ApiError, Client, FileProblem, Job, ServerUnavailable, SizedFile, Submission
from facetally.local_files.files import LocalFile, split_readable
from facetally.sending.parts import split_oversized
from models.folder_names import FolderNames

# Of one job: a folder that is watched for the first time may have a million.
MOST_FILES = 10_000
OTHER_OPTIONS = (
    "This folder was being submitted with other options when that was stopped. Run it with those "
    "once more, with --once; then change them."
)


class FolderWatch:
    """Looks at a folder again and again. A file is taken once it is as it was one look before:
    until then it may still be written."""

    def __init__(
        self, client: Client, folder: Path, submission: Submission, seen: SeenFiles
    ) -> None:
        self._client = client
        self._folder = folder
        self._submission = submission
        self._seen = seen
        self._said = json.dumps([submission.to_json(), dict(submission.dimensions)])
        self._before: dict[str, str] = {}
        self._told: set[str] = set()

    def look(self) -> list[Job]:
        """The jobs of what is new and no longer changes; none while the server is away."""
        jobs: list[Job] = []
        try:
            jobs += self._end_begun()
            new = self._find_new()
            for first in range(0, len(new), MOST_FILES):
                some = new[first : first + MOST_FILES]
                jobs.append(self._submit(self._seen.begin(some, self._said), some))
        except (ServerUnavailable, FileProblem) as error:
            self._tell_once(f"{error} What is new is submitted later.")
        return jobs

    def _end_begun(self) -> list[Job]:
        """What was cut off becomes a job now, or, if a file has changed meanwhile, nothing does:
        then what is there is new."""
        begun = self._seen.read_begun()
        if begun is None:
            return []
        if begun.said != self._said:
            raise CommandFailed(OTHER_OPTIONS)
        if files := _measure_again(begun):
            return [self._submit(begun.key, files)]
        draft = self._client.open_draft(replace(self._submission, idempotency_key=begun.key))
        is_started = draft.job.state != "draft"
        if not is_started:
            draft.discard()
        self._seen.end(submitted=is_started)
        return [draft.job] if is_started else []

    def _find_new(self) -> list[SizedFile]:
        found = find_pictures([self._folder])
        for folder in found.unreadable:
            self._tell_once(f"Can't read {folder}: what is in it is left out.")
        readable, unreadable = split_readable(found.files)
        for path in unreadable:
            self._tell_once(f"Can't read {path}: it is left out.")
        new = [file for file in readable if self._seen.is_new(file)]
        stable = [file for file in new if self._before.get(file.path) == version_of(file)]
        self._before = {file.path: version_of(file) for file in new}
        return self._sift(stable)

    def _sift(self, files: list[SizedFile]) -> list[SizedFile]:
        """Without those that the server would refuse, which are told once."""
        if not files:
            return []
        fitting, oversized = split_oversized(files, self._client.limits())
        faults = {one.path: f"{one}: it is left out." for one in oversized}
        if (written := self._submission.options.folders_as) is not None:
            faults |= _find_strays(fitting, FolderNames.parse(written), self._submission)
        for file in files:
            if file.path in faults:
                tell(faults[file.path])
                self._seen.leave_out(file)
        return [file for file in fitting if file.path not in faults]

    def _submit(self, key: str, files: list[SizedFile]) -> Job:
        submission = replace(self._submission, idempotency_key=key)
        try:
            job = self._client.submit_files(files, submission)
        except (ApiError, FileProblem) as error:
            # Nothing of it was added.
            self._seen.end(submitted=False)
            if isinstance(error, ApiError):
                raise CommandFailed(str(error)) from error
            raise
        self._seen.end(submitted=True)
        return job

    def _tell_once(self, text: str) -> None:
        if text not in self._told:
            tell(text)
            self._told.add(text)


def _measure_again(begun: Begun) -> list[SizedFile]:
    """The files that were begun; none if one of them has changed, or is gone."""
    files, _ = split_readable([LocalFile(path, name) for path, name, _ in begun.files])
    versions = {path: version for path, _, version in begun.files}
    unchanged = [file for file in files if versions[file.path] == version_of(file)]
    return unchanged if len(unchanged) == len(begun.files) else []


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
