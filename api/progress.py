"""The progress of jobs for those who follow them: read once for all of them, by one thread."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from threading import Condition, Event, Lock, Thread
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from api.errors import ApiError
from api.schemas.jobs import JobOut
from db.engine import Database
from db.jobs.status import read_chosen_jobs

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
# A comment this often keeps proxies from closing the connection.
SILENCE_SECONDS = 15.0
COMMENT = b": still here\n\n"
# Of one process. A stream costs a connection and a few kilobytes, but no thread.
MOST_STREAMS = 500
JOBS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SeenJob:
    """A job as it is now: its JSON, and whether it has ended."""

    id: int
    text: str
    is_over: bool


class EventStream:
    """The events of some jobs for one client, until all of them end: an iterable of blocks.

    A server that does not want to wait for blocks can `attach` a function instead, which is called
    after each turn and may `take` what is new.
    """

    def __init__(self, job_ids: Sequence[int], leave: Callable[["EventStream"], None]) -> None:
        self.job_ids = frozenset(job_ids)
        self._leave = leave
        self._shown: dict[int, str] = {}
        self._blocks: list[bytes] = []
        self._written_at = monotonic()
        self._is_over = False
        self._changed = Condition()
        self._after_turn: Callable[[], None] = lambda: None

    def attach(self, after_turn: Callable[[], None]) -> None:
        self._after_turn = after_turn
        after_turn()

    def take(self) -> tuple[list[bytes], bool]:
        """The blocks since the last call, and whether these are the last ones."""
        with self._changed:
            blocks, self._blocks = self._blocks, []
            return blocks, self._is_over

    def __iter__(self) -> Iterator[bytes]:
        is_over = False
        while not is_over:
            with self._changed:
                self._changed.wait_for(lambda: self._blocks or self._is_over)
            blocks, is_over = self.take()
            yield from blocks

    def close(self) -> None:
        """No one reads it any more."""
        self._leave(self)

    def take_turn(self, jobs: Sequence[SeenJob] | None) -> None:
        """Add events of what has changed; None for jobs that could not be read."""
        with self._changed:
            self._add_changes(jobs or ())
            if jobs is not None and all(job.is_over for job in jobs):
                self._is_over = True
            if monotonic() - self._written_at > SILENCE_SECONDS:
                self._write(COMMENT)
            self._changed.notify_all()
        self._after_turn()

    def end(self) -> None:
        """The process ends: clients reconnect to the one that replaces it."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._after_turn()

    def _add_changes(self, jobs: Sequence[SeenJob]) -> None:
        for job in jobs:
            if self._shown.get(job.id) != job.text:
                self._shown[job.id] = job.text
                self._write(f"event: job\ndata: {job.text}\n\n".encode())

    def _write(self, block: bytes) -> None:
        self._blocks.append(block)
        self._written_at = monotonic()


class JobEvents:
    """All open streams. Its thread runs while there are any."""

    def __init__(self, database: Database, ending: Event) -> None:
        self._database = database
        self._ending = ending
        self._lock = Lock()
        self._streams: set[EventStream] = set()
        self._thread: Thread | None = None

    def follow(self, job_ids: Sequence[int]) -> EventStream:
        """A stream of these jobs, which begins with what they are now; raises ApiError."""
        stream = EventStream(job_ids, self._leave)
        stream.take_turn(self._read(job_ids))
        with self._lock:
            if len(self._streams) >= MOST_STREAMS:
                raise ApiError(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    "Too many streams are open. Poll the job instead, or try again later.",
                    "too_busy",
                )
            self._streams.add(stream)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="events", daemon=True)
                self._thread.start()
        return stream

    def close(self) -> None:
        """Wait until all streams have ended; only once the process ends."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _leave(self, stream: EventStream) -> None:
        with self._lock:
            self._streams.discard(stream)

    def _run(self) -> None:
        pause_seconds = POLL_SECONDS
        while not self._ending.wait(pause_seconds) and (streams := self._list_streams()):
            started = monotonic()
            self._take_turn(streams)
            # Whatever is followed, this takes at most half of one processor.
            pause_seconds = max(POLL_SECONDS, monotonic() - started)
        if self._ending.is_set():
            self._end_all()

    def _list_streams(self) -> list[EventStream]:
        with self._lock:
            if not self._streams:
                self._thread = None
            return list(self._streams)

    def _take_turn(self, streams: Sequence[EventStream]) -> None:
        seen = self._read_safely(sorted({job_id for one in streams for job_id in one.job_ids}))
        for stream in streams:
            jobs = None if seen is None else [seen[one] for one in stream.job_ids if one in seen]
            stream.take_turn(jobs)

    def _read_safely(self, job_ids: Sequence[int]) -> dict[int, SeenJob] | None:
        try:
            return {job.id: job for job in self._read(job_ids)}
        except SQLAlchemyError as error:
            logger.warning("database refused to show jobs", extra={"error": str(error)})
            return None

    def _read(self, job_ids: Sequence[int]) -> list[SeenJob]:
        seen = []
        for start in range(0, len(job_ids), JOBS_AT_ONCE):
            with self._database.read() as session:
                jobs = read_chosen_jobs(session, job_ids[start : start + JOBS_AT_ONCE])
            seen += [
                SeenJob(job.id, JobOut.of(job).model_dump_json(), job.finished_at is not None)
                for job in jobs
            ]
        return seen

    def _end_all(self) -> None:
        with self._lock:
            streams, self._thread = list(self._streams), None
        for stream in streams:
            stream.end()
