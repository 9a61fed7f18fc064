"""The progress of a job while it runs: its counts always add up, and only grow.

The watcher looks all the time, through SQL as the API does, and `read_events` through the stream.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
from sqlalchemy.exc import DBAPIError

from db.engine import Database
from db.job_values import JobCounts, JobStatus
from db.jobs.status import read_job

POLL_SECONDS = 0.1
# Jobs that have ended are read now and then: they must not change any more.
POLLS_BETWEEN_ENDED = 30
RECONNECT_SECONDS = 0.2


class Progress:
    """One job over time."""

    def __init__(self) -> None:
        self._last: JobStatus | None = None

    @property
    def has_ended(self) -> bool:
        return self._last is not None and self._last.finished_at is not None

    def take(self, job: JobStatus) -> list[str]:
        """The violations in the counts, compared with those read before."""
        last, self._last = self._last, job
        found = [] if _adds_up(job.counts) else ["its counts do not add up"]
        if job.erased is not None:
            found += ["it was erased, and counts"] if job.counts.items else []
        elif last is not None:
            found += _compare(last, job)
        return [f"I5: job {job.id}: {what}: {job.counts}, before {last}" for what in found]


def _adds_up(counts: JobCounts) -> bool:
    parts = counts.waiting + counts.running + counts.done + counts.failed + counts.cancelled
    return counts.items == parts and counts.waiting >= 0 and counts.running >= 0


def _compare(last: JobStatus, job: JobStatus) -> Iterator[str]:
    if last.erased is not None:
        yield "it was erased, and came back"
    was_retried = last.queued_at is not None and last.queued_at != job.queued_at
    if last.finished_at is not None and not was_retried and job.counts != last.counts:
        yield "it changed after its end"
    # Only a retry takes failures back.
    growing = (
        "items",
        "done",
        "faces",
        "duplicates",
        *(() if was_retried else ("failed", "cancelled")),
    )
    for name in growing:
        if getattr(job.counts, name) < getattr(last.counts, name):
            yield f"{name} went back"


class Watcher:
    """Checks the progress of every watched job, in a thread of its own."""

    def __init__(self, database_url: str) -> None:
        self.violations: list[str] = []
        self.polls = 0
        self._url = database_url
        self._jobs: dict[int, Progress] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def watch(self, job_id: int) -> None:
        self._jobs[job_id] = Progress()

    def _run(self) -> None:
        turn = 0
        with closing(Database(self._url, connections=1)) as database:
            while not self._stopping.wait(POLL_SECONDS):
                turn += 1
                self._look(database, with_ended=turn % POLLS_BETWEEN_ENDED == 0)
            self._look(database, with_ended=True)

    def _look(self, database: Database, *, with_ended: bool) -> None:
        for job_id, progress in list(self._jobs.items()):
            if progress.has_ended and not with_ended:
                continue
            try:
                with database.read() as session:
                    job = read_job(session, job_id)
            except DBAPIError:
                return
            self.polls += 1
            self.violations += progress.take(job) if job else [f"job {job_id} is gone"]


def read_events(url: str, job_id: int, is_over: Callable[[], bool]) -> list[str]:
    """Follow a job's stream to its one end, through as many connections as that takes."""
    with httpx.Client(base_url=url, timeout=20, trust_env=False) as client:
        while not is_over():
            try:
                jobs = list(_read_stream(client, job_id))
            except httpx.HTTPError:
                threading.Event().wait(RECONNECT_SECONDS)
                continue
            if jobs:
                return _check_stream(job_id, jobs)
    return []


def _read_stream(client: httpx.Client, job_id: int) -> Iterator[dict[str, Any]]:
    with client.stream("GET", f"/v1/jobs/{job_id}/events") as stream:
        stream.raise_for_status()
        for line in stream.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def _check_stream(job_id: int, jobs: list[dict[str, Any]]) -> list[str]:
    ends = [job["timestamps"]["finished"] is not None for job in jobs]
    one_end = ends[-1] and not any(ends[:-1])
    found = [] if one_end else [f"I9: the stream of job {job_id} ended {sum(ends)} times"]
    sums = (
        sum(job["counts"][part] for part in ("waiting", "running", "done", "failed", "cancelled"))
        for job in jobs
    )
    adds_up = all(job["counts"]["items"] == total for job, total in zip(jobs, sums, strict=True))
    return found if adds_up else [*found, f"I5: the stream of job {job_id} does not add up"]
