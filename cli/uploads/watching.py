"""Submits what is new in a folder or bucket, each file once, whatever is interrupted."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Protocol

from cli.exits import CommandFailed
from cli.terminal import tell
from cli.uploads.seen import Begun, SeenFiles, WatchedFile
from facetally import ApiError, Client, FileProblem, Job, ServerUnavailable, Submission

# Of one job: a folder that is watched for the first time may have a million.
MOST_FILES = 10_000
OTHER_OPTIONS = (
    "This folder was being submitted with other options when that was stopped. Run it with those "
    "once more, with --once; then change them."
)


class Place(Protocol):
    """Where files appear."""

    def find_new(self, seen: SeenFiles, tell_once: Callable[[str], None]) -> Iterator[WatchedFile]:
        """What can be submitted and is not among the seen files. What can't be is told, once."""
        ...

    def is_unchanged(self, files: Sequence[WatchedFile]) -> bool:
        """Whether all of these are still what they were."""
        ...

    def submit(
        self, client: Client, files: Sequence[WatchedFile], submission: Submission
    ) -> Job: ...


class Watch:
    """Looks at a place again and again."""

    def __init__(
        self, client: Client, place: Place, submission: Submission, seen: SeenFiles
    ) -> None:
        self._client = client
        self._place = place
        self._submission = submission
        self._seen = seen
        self._said = json.dumps([submission.to_json(), dict(submission.dimensions)])
        self._told: set[str] = set()

    def look(self) -> Iterator[Job]:
        """The jobs of what is new; none while the server, or the bucket's, is away."""
        try:
            yield from self._end_begun()
            new = self._place.find_new(self._seen, self._tell_once)
            while some := list(islice(new, MOST_FILES)):
                yield self._submit(self._seen.begin(some, self._said), some)
        except (ServerUnavailable, FileProblem) as error:
            self._tell_once(f"{error} What is new is submitted later.")

    def _end_begun(self) -> list[Job]:
        """What was cut off becomes a job now, or, if a file has changed meanwhile, nothing does:
        then what is there is new."""
        begun = self._seen.read_begun()
        if begun is None:
            return []
        if begun.said != self._said:
            raise CommandFailed(OTHER_OPTIONS)
        if self._place.is_unchanged(begun.files):
            return [self._submit(begun.key, begun.files)]
        return self._give_up(begun)

    def _give_up(self, begun: Begun) -> list[Job]:
        draft = self._client.open_draft(replace(self._submission, idempotency_key=begun.key))
        is_started = draft.job.state != "draft"
        if not is_started:
            draft.discard()
        self._seen.end(submitted=is_started)
        return [draft.job] if is_started else []

    def _submit(self, key: str, files: Sequence[WatchedFile]) -> Job:
        submission = replace(self._submission, idempotency_key=key)
        try:
            job = self._place.submit(self._client, files, submission)
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
