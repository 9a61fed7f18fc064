"""Broker, dispatchers and workers as real processes on a database, and the jobs they are given."""

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Self

import psutil
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError

from db.engine import Database
from db.jobs import read_job
from db.states import LIVE_JOB_STATES, ChunkState, WorkerRole
from db.submissions import accept_job
from db.tables import ChunkRow
from db.values import (
    Duplicates,
    JobCounts,
    JobOptions,
    JobStatus,
    NewItem,
    NewJob,
    ThumbnailKind,
)
from db.workers import count_slots
from faults.fail_points import Action, Point, arm
from faults.invariants import Difference, compare
from faults.pictures import SCHEME
from faults.processes import Keeper, Program
from faults.servers import Broker, DatabaseServer

ROOT = Path(__file__).parents[2]
# Whoever is started by a cluster, by whichever way, has it in its environment.
MARK = "FAULTS_CLUSTER"
POLL_SECONDS = 0.05
DEADLINE_SECONDS = 90.0
CHUNK_ITEMS = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """What runs, and how quickly it notices what is wrong."""

    workers: int = 2
    slots: int = 2
    dispatchers: int = 1
    lease_seconds: float = 1.5
    resend_seconds: float = 1.0
    item_seconds: float = 0.0
    time_limit_seconds: float = 300.0
    deliveries: int = 1  # of each hint
    clock_offset_seconds: float = 0.0  # of the first worker
    settings: dict[str, str] = field(default_factory=dict)


class Cluster:
    """Everything up on entry, everything gone on exit."""

    def __init__(self, server: DatabaseServer, plan: Plan | None = None) -> None:
        self.server = server
        self.plan = plan or Plan()
        # Its path is short, as that of a socket in it must be.
        self.folder = Path(tempfile.mkdtemp(prefix="faults-"))
        self.armed = self.folder / "armed"
        self.armed.mkdir()
        self.audit = self.folder / "audit"
        self.delivered = self.folder / "delivered"
        self.broker = Broker(self.folder)
        self.database = Database(server.url)
        self.workers = [self.plan_worker(number) for number in range(self.plan.workers)]
        self.dispatchers = [
            self._plan_dispatcher(number) for number in range(self.plan.dispatchers)
        ]
        self.keeper = Keeper([*self.workers, *self.dispatchers])
        self.most_hints = 0
        self.replayed_hints = 0
        self._watching = threading.Event()
        self._watcher = threading.Thread(target=self._watch_hints, daemon=True)

    def plan_worker(self, number: int, queue: str = "bulk") -> Program:
        offset = self.plan.clock_offset_seconds if number == 0 else 0.0
        command = [sys.executable, "-P", "-m", "celery", "--app", "faults.worker_app", "--quiet"]
        command += ["worker", "--queues", queue, "--concurrency", str(self.plan.slots)]
        command += ["--hostname", f"{queue}-{number}@%h", "--loglevel", "WARNING"]
        command += ["--without-gossip", "--without-mingle"]
        environ = self._make_environ(FAULTS_CLOCK_OFFSET_SECONDS=str(offset))
        log = self.folder / f"{queue}-{number}.log"
        return Program(f"{queue}-{number}", command, environ, log)

    def _plan_dispatcher(self, number: int) -> Program:
        command = [sys.executable, "-P", "-m", "faults.dispatcher_app", "dispatcher"]
        log = self.folder / f"dispatcher-{number}.log"
        return Program(f"dispatcher-{number}", command, self._make_environ(), log)

    def _make_environ(self, **others: str) -> dict[str, str]:
        environ = {name: value for name, value in os.environ.items() if "FACETALLY" not in name}
        return {
            **environ,
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"))),
            MARK: str(self.folder),
            "TMPDIR": str(self.folder),
            "FACETALLY_DATA_DIR": str(self.folder),
            "FACETALLY_DATABASE_URL": self.server.url,
            "FACETALLY_REDIS_URL": self.broker.url,
            "FACETALLY_LEASE_SECONDS": str(self.plan.lease_seconds),
            "FACETALLY_RESEND_SECONDS": str(self.plan.resend_seconds),
            "FAULTS_ARMED": str(self.armed),
            "FAULTS_AUDIT": str(self.audit),
            "FAULTS_DELIVERED": str(self.delivered),
            "FAULTS_DELIVERIES": str(self.plan.deliveries),
            "FAULTS_ITEM_SECONDS": str(self.plan.item_seconds),
            "FAULTS_TIME_LIMIT_SECONDS": str(self.plan.time_limit_seconds),
            **self.plan.settings,
            **others,
        }

    def __enter__(self) -> Self:
        self.broker.start()
        self.keeper.start()
        self._watcher.start()
        self.wait_for_workers()
        return self

    def wait_for_workers(self) -> None:
        slots = self.plan.workers * self.plan.slots
        self.wait_until(lambda: self._count_slots() >= slots, "the workers to come up")

    def _count_slots(self) -> int:
        with self.database.read() as session:
            return count_slots(session, WorkerRole.BULK)

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        self._watching.set()
        self._watcher.join()
        self.keeper.stop()
        self.broker.thaw()
        self.broker.kill()
        self.database.close()
        left = self.find_processes()
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if failure is None:
            # I8: no process is left. What a failed case said is kept.
            assert not left, f"left behind: {left}"
            rmtree(self.folder, ignore_errors=True)

    def find_processes(self) -> list[psutil.Process]:
        """Every living process of this cluster."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            ours = process.environ().get(MARK) == str(self.folder)
            return ours and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def _watch_hints(self) -> None:
        while not self._watching.wait(POLL_SECONDS):
            self.most_hints = max(self.most_hints, self.broker.count_hints())

    def arm(self, point: Point, action: Action, times: int = 1) -> None:
        arm(self.armed, point, action, times)

    def disarm(self) -> None:
        for armed in self.armed.iterdir():
            armed.unlink(missing_ok=True)

    def submit(
        self,
        names: Sequence[str],
        *,
        one_chunk: bool = False,
        duplicates: Duplicates = Duplicates.COUNT,
    ) -> int:
        """A job of these items, as the API accepts it."""
        items = [NewItem(name, SCHEME + name) for name in names]
        with self.database.write() as session:
            job = NewJob(options=JobOptions(ThumbnailKind.NONE, duplicates))
            job_id = accept_job(session, job, items, CHUNK_ITEMS)
            if one_chunk:
                session.execute(delete(ChunkRow).where(ChunkRow.job_id == job_id))
                whole = ChunkRow(job_id=job_id, start=0, stop=len(items), state=ChunkState.WAITING)
                session.add(whole)
        return job_id

    def read(self, job_id: int) -> JobStatus | None:
        """How far a job is; None while the database is away."""
        try:
            with self.database.read() as session:
                return read_job(session, job_id)
        except DBAPIError:
            return None

    def finish(self, job_id: int, names: Sequence[str], seconds: float = DEADLINE_SECONDS) -> None:
        """Wait for the end of a job, and hold it against a fault-free run."""
        self.follow(job_id, seconds)
        difference = self.compare(job_id, names)
        assert not difference.violations, (self.folder, difference.violations[:10])
        assert self.most_hints <= self.bound_hints(), (self.most_hints, self.bound_hints())

    def follow(self, job_id: int, seconds: float = DEADLINE_SECONDS) -> JobStatus:
        """Wait for the end of a job; on the way its counts add up, and only grow."""
        progress = Progress()
        found: list[JobStatus] = []

        def has_ended() -> bool:
            job = self.read(job_id)
            if job is None:
                return False
            progress.take(job.counts)
            found.append(job)
            return job.state not in LIVE_JOB_STATES

        self.wait_until(has_ended, f"the end of job {job_id}", seconds)
        return found[-1]

    def compare(self, job_id: int, names: Sequence[str]) -> Difference:
        return compare(self.database, job_id, names, self.audit)

    def find_holders(self, job_id: int) -> list[Program]:
        """Workers one of whose children holds a chunk of the job."""
        leased = select(ChunkRow.worker).where(
            ChunkRow.job_id == job_id, ChunkRow.state == ChunkState.LEASED
        )
        with self.database.read() as session:
            pids = {int(name.split(":")[1]) for name in session.scalars(leased) if name}
        return [worker for worker in self.workers if worker.pid in pids]

    def count_crashes(self, job_id: int) -> int:
        """Every attempt but those that recorded their chunk."""
        of_job = ChunkRow.job_id == job_id
        with self.database.read() as session:
            attempts = session.scalar(select(func.sum(ChunkRow.attempts)).where(of_job))
            recorded = session.scalar(
                select(func.count()).where(of_job, ChunkRow.attempts > 0, ChunkRow.done > 0)
            )
        return (attempts or 0) - (recorded or 0)

    def bound_hints(self) -> int:
        """The most that Redis may hold: two for each slot, of workers that died lately, too; each
        dispatcher may fill the window once."""
        starts = self.plan.workers + self.keeper.restarts
        window = max(8, 2 * self.plan.slots * starts)
        return window * self.plan.dispatchers * self.plan.deliveries + self.replayed_hints + 10

    def count_deliveries(self) -> int:
        return self.delivered.stat().st_size if self.delivered.exists() else 0

    def wait_for_deliveries(self, more: int) -> None:
        wanted = self.count_deliveries() + more
        self.wait_until(lambda: self.count_deliveries() >= wanted, "work to go on")

    def wait_until(self, look, what: str, seconds: float = DEADLINE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not look():
            assert time.monotonic() < deadline, f"waited in vain for {what}; see {self.folder}"
            time.sleep(POLL_SECONDS)


class Progress:
    """The counts of one job over time."""

    def __init__(self) -> None:
        self._last = JobCounts(0, 0, 0, 0, 0, 0, 0, 0)

    def take(self, counts: JobCounts) -> None:
        parts = counts.waiting + counts.running + counts.done + counts.failed + counts.cancelled
        assert counts.items == parts, counts
        for name in ("done", "failed", "cancelled", "faces", "duplicates"):
            assert getattr(counts, name) >= getattr(self._last, name), (self._last, counts)
        self._last = counts


def freeze(program: Program) -> None:
    program.send_all(signal.SIGSTOP)


def thaw(program: Program) -> None:
    program.send_all(signal.SIGCONT)
