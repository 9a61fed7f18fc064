"""Broker, dispatchers and workers as real processes on a database, and their jobs."""

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import Self

import psutil
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError

from db.engine import Database
from db.item_values import NewItem
from db.job_values import Duplicates, JobOptions, JobStatus, NewJob, Priority, ThumbnailKind
from db.jobs.status import read_job
from db.processes import count_slots
from db.states import LIVE_JOB_STATES, ChunkState, ProcessRole
from db.submissions.drafts import accept_job
from db.tables.chunks import ChunkRow
from tests.faults.checks.comparison import Difference, compare
from tests.faults.checks.progress import Watcher
from tests.faults.cluster.fail_points import Action, Point, arm
from tests.faults.cluster.options import ClusterOptions
from tests.faults.cluster.processes import Keeper, Program
from tests.faults.cluster.programs import (
    make_api,
    make_dispatcher,
    make_interactive_worker,
    make_worker,
)
from tests.faults.cluster.servers import Broker, DatabaseServer, SmallDisk, listen
from tests.faults.pictures import SCHEME

ROOT = Path(__file__).parents[3]
# Every process that a cluster starts, however it is started, has this in its environment.
MARK = "FAULTS_CLUSTER"
POLL_SECONDS = 0.05
DEADLINE_SECONDS = 90.0
ENDING_SECONDS = 5.0
CHUNK_ITEMS = 10
# Workers that crashed count as gone after 15 s; by then, others have taken the hints for them.
RECENT_SECONDS = 30.0


class Cluster:
    """Everything up on entry, everything gone on exit."""

    def __init__(self, server: DatabaseServer, options: ClusterOptions | None = None) -> None:
        self.server = server
        self.options = options or ClusterOptions()
        # Its path is short, as sockets need short paths.
        self.folder = Path(tempfile.mkdtemp(prefix="faults-"))
        self.armed = self.folder / "armed"
        self.armed.mkdir()
        self.audit = self.folder / "audit"
        self.delivered = self.folder / "delivered"
        self.store = SmallDisk(self.folder / "store", self.options.store_bytes)
        self.broker = Broker(self.folder)
        self.database = Database(server.url)
        self.watcher = Watcher(server.url)
        self._listener = listen()
        self.url = "http://{}:{}".format(*self._listener.getsockname())
        self._make_programs()
        self.keeper = Keeper(self.workers + self.dispatchers + self.api)
        self.is_abandoned = False
        self.most_hints = 0
        self.hints_too_many = 0
        self.replays: list[float] = []
        self._over = threading.Event()
        self._counter = threading.Thread(target=self._watch_hints, name="hints", daemon=True)

    def _make_programs(self) -> None:
        environ, options = self._make_environ(), self.options
        self.workers = [
            make_worker(options, number, environ, self.folder) for number in range(options.workers)
        ]
        self.dispatchers = [
            make_dispatcher(number, environ, self.folder) for number in range(options.dispatchers)
        ]
        self.api = [
            make_api(self._listener.fileno(), environ, self.folder),
            self.make_interactive_worker(),
        ][: 2 * options.api]

    def make_interactive_worker(self) -> Program:
        return make_interactive_worker(self._make_environ(), self.folder)

    def _make_environ(self) -> dict[str, str]:
        environ = {name: value for name, value in os.environ.items() if "FACETALLY" not in name}
        return {
            **environ,
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"))),
            MARK: str(self.folder),
            "TMPDIR": str(self.folder),
            "FACETALLY_DATA_DIR": str(self.folder),
            "FACETALLY_DATABASE_URL": self.server.url,
            "FACETALLY_REDIS_URL": self.broker.url,
            "FAULTS_ARMED": str(self.armed),
            "FAULTS_AUDIT": str(self.audit),
            "FAULTS_DELIVERED": str(self.delivered),
            **self.options.describe(),
            **self.store.describe(),
        }

    def __enter__(self) -> Self:
        self.broker.start()
        self.keeper.start()
        self._counter.start()
        self.watcher.start()
        self.wait_for_workers()
        if self.options.api:
            self.wait_for_slots(ProcessRole.INTERACTIVE, 1)
        return self

    def wait_for_workers(self) -> None:
        self.wait_for_slots(ProcessRole.BULK, self.options.workers * self.options.slots)

    def wait_for_slots(self, role: ProcessRole, slots: int) -> None:
        self.wait_until(lambda: self._count_slots(role) >= slots, f"{slots} slots: {role}")

    def _count_slots(self, role: ProcessRole) -> int:
        with self.database.read() as session:
            return count_slots(session, role)

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        self._over.set()
        self._counter.join()
        self.watcher.stop()
        self.broker.thaw()
        self.keeper.stop()
        self.broker.close()
        self.database.close()
        self._listener.close()
        self.store.remove()
        # A child that spawned children has a process of its own for what they share, which ends
        # a moment after them.
        _, late = psutil.wait_procs(self.find_processes(), timeout=ENDING_SECONDS)
        left = [process for process in late if self._is_ours(process)]
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if failure is None:
            # I8: no process is left. The logs of a failed case are kept.
            assert not left, f"left behind: {left}"
            assert not self.watcher.violations, self.watcher.violations[:10]
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
        while not self._over.wait(POLL_SECONDS):
            hints = self.broker.count_hints()
            self.most_hints = max(self.most_hints, hints)
            self.hints_too_many = max(self.hints_too_many, hints - self.bound_hints())

    def bound_hints(self) -> int:
        """The most that Redis may hold now: the window (two for each slot, of workers that died
        lately, too), and once more what was taken for lost, from each sender; and what tests put
        there of their own."""
        lately = time.monotonic() - RECENT_SECONDS
        restarts = sum(at > lately and name.startswith("bulk") for at, name in self.keeper.restarts)
        window = max(8, 2 * self.options.slots * (self.options.workers + restarts))
        replayed = sum(at > lately for at in self.replays)
        return 2 * window * self.options.senders * self.options.deliveries + replayed + 10

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
        priority: Priority = Priority.NORMAL,
    ) -> int:
        """Submit a job of these items, as the API does."""
        items = [NewItem(name, SCHEME + name) for name in names]
        with self.database.write() as session:
            options = JobOptions(ThumbnailKind.NONE, duplicates)
            job = NewJob(options=options, priority=priority)
            job_id = accept_job(session, job, items, CHUNK_ITEMS)
            if one_chunk:
                session.execute(delete(ChunkRow).where(ChunkRow.job_id == job_id))
                whole = ChunkRow(job_id=job_id, start=0, stop=len(items), state=ChunkState.WAITING)
                session.add(whole)
        self.watcher.watch(job_id)
        return job_id

    def read(self, job_id: int) -> JobStatus | None:
        """The progress of a job; None while the database is unavailable."""
        try:
            with self.database.read() as session:
                return read_job(session, job_id)
        except DBAPIError:
            return None

    def finish(self, job_id: int, names: Sequence[str], seconds: float = DEADLINE_SECONDS) -> None:
        """Wait for the end of a job, and compare it with a fault-free run."""
        self.follow(job_id, seconds)
        difference = self.compare(job_id, names)
        assert not difference.violations, (self.folder, difference.violations[:10])
        assert not self.hints_too_many, (self.most_hints, self.hints_too_many)

    def follow(self, job_id: int, seconds: float = DEADLINE_SECONDS) -> JobStatus:
        """Wait for the end of a job, which the watcher checks meanwhile."""
        found: list[JobStatus] = []

        def has_ended() -> bool:
            found[:] = [job for job in (self.read(job_id),) if job is not None]
            return bool(found) and found[0].state not in LIVE_JOB_STATES

        self.wait_until(has_ended, f"the end of job {job_id}", seconds)
        assert not self.watcher.violations, self.watcher.violations[:10]
        return found[0]

    def compare(self, job_id: int, names: Sequence[str], retries: int = 0) -> Difference:
        return compare(self.database, job_id, names, self.audit, retries)

    def find_holders(self, job_id: int) -> list[Program]:
        """The workers whose children have leased a chunk of the job."""
        leased = select(ChunkRow.pool_child).where(
            ChunkRow.job_id == job_id, ChunkRow.state == ChunkState.LEASED
        )
        with self.database.read() as session:
            pids = {int(name.split(":")[1]) for name in session.scalars(leased) if name}
        return [worker for worker in self.workers if worker.pid in pids]

    def count_crashes(self, job_id: int) -> int:
        """The attempts that did not record their chunk; those that did left their token on it."""
        of_job = ChunkRow.job_id == job_id
        with self.database.read() as session:
            attempts = session.scalar(select(func.sum(ChunkRow.attempts)).where(of_job))
            recorded = session.scalar(
                select(func.count()).where(
                    of_job, ChunkRow.state == ChunkState.DONE, ChunkRow.token.is_not(None)
                )
            )
        return (attempts or 0) - (recorded or 0)

    def count_deliveries(self) -> int:
        return self.delivered.stat().st_size if self.delivered.exists() else 0

    def wait_for_deliveries(self, more: int) -> None:
        wanted = self.count_deliveries() + more
        self.wait_until(lambda: self.count_deliveries() >= wanted, "work to continue")

    def wait_until(
        self, look: Callable[[], bool], what: str, seconds: float = DEADLINE_SECONDS
    ) -> None:
        deadline = time.monotonic() + seconds
        while not look():
            assert not self.is_abandoned, f"nobody waits for {what} any more"
            assert time.monotonic() < deadline, f"waited in vain for {what}; see {self.folder}"
            time.sleep(POLL_SECONDS)


def freeze(program: Program) -> None:
    program.send_all(signal.SIGSTOP)


def thaw(program: Program) -> None:
    program.send_all(signal.SIGCONT)
