"""One case of the soak: jobs follow jobs while every lane injects its faults."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import asdict
from math import ceil
from random import Random
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from tests.faults.checks.comparison import find_remains, find_repeated
from tests.faults.checks.metrics import Scraper, open_reader
from tests.faults.checks.progress import read_events
from tests.faults.cluster.cluster import Cluster
from tests.faults.cluster.servers import DatabaseServer, PostgresqlServer, SqliteFile
from tests.faults.pictures import name_items
from tests.faults.schedule import Faults
from tests.faults.soak.cases import MOST_OVERTAKEN, Case, Lane
from tests.faults.soak.outcome import POISON, Outcome
from tests.faults.submitters.fairness import SMALL_ITEMS, overtake
from tests.faults.submitters.lifecycle import CALLS, Asker, Lifecycle, SentJob
from tests.faults.submitters.submitter import Submitter

JOBS_AT_ONCE = 2
SMALLEST_JOB_ITEMS = 200
END_SECONDS = 300.0
NAP_SECONDS = 0.1
Answer = TypeVar("Answer")
# Shorter faults of the same kind, for shortened runs.
SHORTER = {
    "broker frozen for 40 s": "broker frozen for 3 s",
    "broker down for 20 leases": "broker lost",
}


class CaseRun:
    """Runs a case, and notes in its outcome what happens."""

    def __init__(
        self, case: Case, outcome: Outcome, seed: int, scale: float, ends_at: float
    ) -> None:
        self._case, self._outcome, self._seed = case, outcome, seed
        self._scale = min(1.0, scale)
        self._ends_at = ends_at
        self._lanes_left = len(case.lanes)
        self._is_stopped = False
        self._sent: list[SentJob] = []
        outcome.options = asdict(case.options)

    def run(self) -> None:
        """Every error is a difference; only an interruption is raised."""
        server: DatabaseServer = SqliteFile() if self._case.sqlite else PostgresqlServer()
        try:
            with Cluster(server, self._case.options) as self._cluster, self._scraped():
                self._run_on_cluster()
            if isinstance(server, SqliteFile) and not server.is_sound():
                self._outcome.violations.append("SQLite: the file is damaged")
        except Exception as error:  # noqa: BLE001 - the other cases are run nevertheless
            self._outcome.violations.append(f"broke off: {type(error).__name__}: {error}")
        finally:
            server.stop()

    @contextmanager
    def _scraped(self) -> Iterator[None]:
        with open_reader(self._cluster) as read, closing(Scraper(read)) as scraper:
            yield
        self._outcome.kinds["scrapes of metrics"] += scraper.scrapes
        self._outcome.violations += scraper.violations

    def _run_on_cluster(self) -> None:
        if self._case.large_items:
            self._overtake()
            return
        asker = Asker(self._cluster.url) if self._case.options.api else None
        if asker is not None:
            asker.start()
        try:
            self._run_threads()
            self._check_sent()
        finally:
            if asker is not None:
                asker.stop()
                self._outcome.kinds.update(asker.counts)
                self._outcome.violations += asker.violations
            self._note_cluster()

    def _run_threads(self) -> None:
        """Every lane, and a few jobs at a time, until all have ended."""
        lanes = enumerate(self._case.lanes)
        with ThreadPoolExecutor(len(self._case.lanes) + JOBS_AT_ONCE) as threads:
            running: list[Future[None]] = [
                threads.submit(self._run_lane, lane, f"{self._seed}-{number}")
                for number, lane in lanes
            ]
            running += [threads.submit(self._run_jobs) for _ in range(JOBS_AT_ONCE)]
            try:
                wait(running, return_when=FIRST_EXCEPTION)
            finally:
                self._is_stopped = True
                self._cluster.is_abandoned = any(not one.done() for one in running)
        self._cluster.is_abandoned = False
        for one in running:
            one.result()

    def _run_lane(self, lane: Lane, seed: str) -> None:
        try:
            with closing(Faults(self._cluster, seed)) as faults:
                with closing(Lifecycle(faults)) as lifecycle:
                    self._inject_all(lane, faults, lifecycle)
                self._note_lane(faults, lifecycle)
        finally:
            self._lanes_left -= 1

    def _inject_all(self, lane: Lane, faults: Faults, lifecycle: Lifecycle) -> None:
        for name in self._draw(lane, faults.random):
            while not self._is_over() and not _inject(name, faults, lifecycle):
                time.sleep(NAP_SECONDS)
            if self._is_over():
                return
            self._outcome.kinds[name] += 1
            self._nap(lane.pause_seconds * (0.5 + faults.random.random()))

    def _draw(self, lane: Lane, random: Random) -> Iterator[str]:
        """All of the lane's faults, over and over until enough items were exposed to them."""
        while True:
            names = [
                SHORTER.get(name, name) if self._scale < 1 else name
                for name, times in lane.times.items()
                for _ in range(ceil(times * self._scale))
            ]
            random.shuffle(names)
            yield from names
            if self._has_enough_items():
                return

    def _has_enough_items(self) -> bool:
        return self._outcome.items >= self._case.items * self._scale

    def _is_over(self) -> bool:
        return self._is_stopped or time.monotonic() > self._ends_at

    def _nap(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._is_over():
            time.sleep(NAP_SECONDS)

    def _note_lane(self, faults: Faults, lifecycle: Lifecycle) -> None:
        late = "late hints of erased jobs"
        self._outcome.kinds[late] += faults.counts[late]
        self._outcome.kinds["calls repeated"] += lifecycle.repeats
        self._outcome.violations += lifecycle.violations
        self._sent += lifecycle.sent

    def _run_jobs(self) -> None:
        """One job after the other while there are faults, and one more without any."""
        while True:
            self._run_job()
            if self._is_over() or (self._lanes_left == 0 and self._has_enough_items()):
                return

    def _run_job(self) -> None:
        names = self._name_items()
        job_id = self._submit(names)
        self._cluster.follow(job_id, END_SECONDS)
        self._compare(SentJob(job_id, names))

    def _name_items(self) -> list[str]:
        """A shortened run has smaller jobs with the same mixture of items."""
        items = max(SMALLEST_JOB_ITEMS, round(self._case.job_items * self._scale))
        share = items / self._case.job_items
        poison = {kind: ceil(times * share) for kind, times in self._case.poison.items()}
        for kind, times in poison.items():
            self._outcome.kinds[f"{POISON}: {kind}"] += times
        return name_items(items, bad=items // 100, **poison)

    def _submit(self, names: list[str]) -> int:
        if not self._case.options.api:
            return _retry(lambda: self._cluster.submit(names))
        with closing(Submitter(self._cluster.url)) as submitter:
            job_id = submitter.submit(names)
        self._cluster.watcher.watch(job_id)
        ends_at = time.monotonic() + END_SECONDS
        found = read_events(
            self._cluster.url, job_id, lambda: self._is_stopped or time.monotonic() > ends_at
        )
        self._outcome.violations += found
        self._outcome.kinds["streams of events followed"] += 1
        return job_id

    def _compare(self, job: SentJob) -> None:
        difference = _retry(lambda: self._cluster.compare(job.id, job.names, job.retries))
        self._outcome.add(difference, len(job.names))

    def _check_sent(self) -> None:
        """Jobs sent meanwhile have ended too, each submission once; erased ones are gone."""
        for job in self._sent:
            if job.is_erased:
                self._cluster.wait_until(
                    lambda job=job: not find_remains(self._cluster.database, job.id),
                    f"job {job.id} to be erased",
                )
            else:
                self._cluster.follow(job.id, END_SECONDS)
                self._compare(job)
        self._outcome.violations += find_repeated(self._cluster.database)

    def _note_cluster(self) -> None:
        cluster, outcome = self._cluster, self._outcome
        outcome.deliveries = cluster.count_deliveries()
        outcome.most_hints = cluster.most_hints
        outcome.kinds["reads of counts"] = cluster.watcher.polls
        outcome.violations += cluster.watcher.violations
        if cluster.hints_too_many > 0:
            outcome.violations.append(f"I7: Redis held {cluster.most_hints} hints")

    def _overtake(self) -> None:
        items = max(2000, round(self._case.large_items * self._scale))
        overtaking = overtake(self._cluster, items)
        self._outcome.jobs, self._outcome.items = 2, items + SMALL_ITEMS
        self._outcome.overtaken = overtaking.done_meanwhile
        self._outcome.violations += overtaking.violations
        if overtaking.done_meanwhile > MOST_OVERTAKEN:
            self._outcome.violations.append(f"a small job waited for {overtaking.done_meanwhile}")
        self._note_cluster()


def _inject(name: str, faults: Faults, lifecycle: Lifecycle) -> bool:
    return CALLS[name](lifecycle) if name in CALLS else faults.inject(name)


def _retry(ask: Callable[[], Answer]) -> Answer:
    """Query a database that may be unavailable."""
    deadline = time.monotonic() + END_SECONDS
    while True:
        try:
            return ask()
        except DBAPIError:
            if time.monotonic() > deadline:
                raise
            time.sleep(NAP_SECONDS)
