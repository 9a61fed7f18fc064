"""Uploads files in parts, several at a time, until each has arrived.

The parts are appended to a draft under keys that follow from what is uploaded: a part that is sent
twice counts once, and an upload that was cut off, even by killing its process, continues with the
parts that are missing when the same is submitted again. Nothing is noted on this machine.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from itertools import count, islice
from threading import Event, Lock
from time import monotonic
from typing import TypeVar

from facetally.connection import Connection
from facetally.errors import ApiError, Error, FileProblem, ServerUnavailable, UploadStopped
from facetally.items import Item
from facetally.job import Job
from facetally.local_files.files import SizedFile
from facetally.options import Submission
from facetally.sending.drafts import Draft, open_draft
from facetally.sending.multipart import read_exactly
from facetally.sending.parts import PIECE_BYTES, Limits, Part, cut_into_parts

PARTS_AT_ONCE = 4
ITEMS_PER_REQUEST = 10_000
# A network that is gone is back within this time, or the upload ends, to be continued.
PATIENCE_SECONDS = 300.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
CONFLICT = 409
TOO_MANY_REQUESTS = 429

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """How far an upload is; `job` is the number of its draft."""

    job: int
    files: int
    sent_files: int
    size_bytes: int
    sent_bytes: int
    is_waiting: bool = False  # for the server


Progress = Callable[[Uploaded], None]


class Upload:
    """Files and addresses on their way to one job."""

    def __init__(
        self,
        connection: Connection,
        limits: Limits,
        submission: Submission,
        progress: Progress = lambda _: None,
    ) -> None:
        self._connection = connection
        self._limits = limits
        self._submission = submission
        self._progress = progress
        self._stopped = Event()
        self._counting = Lock()
        self._moving: dict[int, int] = {}
        self._uploaded = Uploaded(0, 0, 0, 0, 0)

    def run(self, files: Sequence[SizedFile], items: Iterable[Item] = ()) -> Job:
        """The job, once everything has arrived. `items` is read twice.

        Where the server refuses something, or a file has changed, nothing is left. Where it cannot
        be reached, or this is interrupted, the same call continues later.
        """
        lines = _Lines(items, self._submission)
        draft = self._open(_identify(files, lines, self._submission))
        if draft.job.state != "draft":
            return draft.job
        try:
            self._send_parts(draft, files)
            for page, some in enumerate(lines.pages()):
                key = f"upload-{draft.id}-items-{page}"
                self._insist(partial(draft.append, some, key))
            return self._insist(draft.finalize)
        except (ApiError, FileProblem):
            with suppress(Error):
                draft.discard()
            raise

    def _open(self, identity: str) -> Draft:
        """The draft of an earlier attempt, or a new one: what was submitted before is submitted
        again."""
        if self._submission.idempotency_key is not None:
            return self._insist(partial(open_draft, self._connection, self._submission))
        for attempt in count():
            key = f"upload-{identity}-{attempt}"
            draft = self._insist(partial(self._open_under, key))
            if draft.job.state == "draft":
                break
        return draft

    def _open_under(self, key: str) -> Draft:
        return open_draft(self._connection, replace(self._submission, idempotency_key=key))

    def _send_parts(self, draft: Draft, files: Sequence[SizedFile]) -> None:
        parts = cut_into_parts(files, self._limits)
        arrived = draft.read_accepted() if draft.job.counts.items else frozenset()
        missing = [part for part in parts if _key_of(draft, part) not in arrived]
        there = [part for part in parts if _key_of(draft, part) in arrived]
        self._uploaded = Uploaded(
            draft.id,
            len(files),
            sum(len(part.files) for part in there),
            sum(part.size_bytes for part in parts),
            sum(part.size_bytes for part in there),
        )
        self._report()
        with ThreadPoolExecutor(PARTS_AT_ONCE) as pool:
            sending = [pool.submit(self._send, draft, part) for part in missing]
            try:
                for sent in as_completed(sending):
                    sent.result()
            except BaseException:
                self._stopped.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _send(self, draft: Draft, part: Part) -> None:
        key, shared = _key_of(draft, part), self._submission.dimensions
        if part.is_large:
            [file] = part.files
            while self._insist(partial(self._send_piece, draft, part, file), part):
                pass
            self._insist(partial(draft.join_pieces, _name_of(part), file, shared, key), part)
        else:
            watch = partial(self._watch, part, 0)
            self._insist(partial(draft.append_files, part.files, shared, key, watch), part)
        with self._counting:
            self._moving.pop(part.number, None)
            self._uploaded = replace(
                self._uploaded,
                sent_files=self._uploaded.sent_files + len(part.files),
                sent_bytes=self._uploaded.sent_bytes + part.size_bytes,
            )
        self._report()

    def _send_piece(self, draft: Draft, part: Part, file: SizedFile) -> bool:
        """Send what follows on what has arrived; False where everything has."""
        offset = draft.count_received(_name_of(part))
        size_bytes = min(PIECE_BYTES, file.size_bytes - offset)
        if size_bytes <= 0:
            return False
        blocks = self._watch(part, offset, read_exactly(file.path, size_bytes, offset))
        try:
            draft.append_piece(_name_of(part), offset, blocks, size_bytes)
        except ApiError as error:
            # One that seemed lost may have arrived in between.
            if error.status != CONFLICT or draft.count_received(_name_of(part)) == offset:
                raise
        return True

    def _watch(self, part: Part, before: int, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Reports each block as it is sent."""
        sent = before
        for block in blocks:
            if self._stopped.is_set():
                raise UploadStopped("The upload was stopped.")
            yield block
            sent += len(block)
            self._report(part, min(sent, part.size_bytes))

    def _insist(self, call: Callable[[], Answer], part: Part | None = None) -> Answer:
        """Call until the server is there; raises ServerUnavailable where it stays away."""
        deadline, pause_seconds = monotonic() + PATIENCE_SECONDS, FIRST_PAUSE_SECONDS
        while True:
            try:
                return call()
            except (ServerUnavailable, ApiError) as error:
                is_busy = isinstance(error, ServerUnavailable) or error.status == TOO_MANY_REQUESTS
                if not is_busy or monotonic() > deadline:
                    raise
            self._report(part, 0, is_waiting=True)
            if self._stopped.wait(pause_seconds):
                raise UploadStopped("The upload was stopped.")
            pause_seconds = min(2 * pause_seconds, LONGEST_PAUSE_SECONDS)

    def _report(
        self, part: Part | None = None, sent_bytes: int = 0, *, is_waiting: bool = False
    ) -> None:
        with self._counting:
            if part is not None:
                self._moving[part.number] = sent_bytes
            moving = self._uploaded.sent_bytes + sum(self._moving.values())
            self._progress(replace(self._uploaded, sent_bytes=moving, is_waiting=is_waiting))


class _Lines:
    """Items as lines, made again each time they are read."""

    def __init__(self, items: Iterable[Item], submission: Submission) -> None:
        # An iterator would be empty the second time.
        self._items = list(items) if isinstance(items, Iterator) else items
        self._shared = submission.dimensions

    def __iter__(self) -> Iterator[bytes]:
        return (json.dumps(item.to_json(self._shared)).encode() for item in self._items)

    def pages(self) -> Iterator[list[bytes]]:
        lines = iter(self)
        while page := list(islice(lines, ITEMS_PER_REQUEST)):
            yield page


def _name_of(part: Part) -> str:
    return f"part-{part.number}"


def _key_of(draft: Draft, part: Part) -> str:
    return f"upload-{draft.id}-part-{part.number}"


def _identify(files: Sequence[SizedFile], lines: Iterable[bytes], submission: Submission) -> str:
    """The same for the same upload: files as they are now, addresses, options and dimensions."""
    said = [submission.to_json(), dict(submission.dimensions)]
    digest = sha256(json.dumps(said, sort_keys=True).encode())
    for file in files:
        one = [file.path, file.size_bytes, file.modified_nanoseconds, file.to_json()]
        digest.update(json.dumps(one).encode() + b"\n")
    for line in lines:
        digest.update(line + b"\n")
    return digest.hexdigest()[:40]
