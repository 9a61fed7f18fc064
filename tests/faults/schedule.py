"""Which fault comes when: drawn from a printed seed, and injected into a cluster."""

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

import psutil
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from db.tables.chunks import ChunkRow
from tests.faults.cluster.cluster import Cluster, freeze, thaw
from tests.faults.cluster.servers import PostgresqlServer
from worker.queue.broker import BULK_QUEUE, RUN_CHUNK, create_queue

# Injected into a running cluster at once; returns whether there was anything to inject it into.
Fault = Callable[["Faults"], bool]


class Faults:
    """Faults on one cluster, counted by their names."""

    def __init__(self, cluster: Cluster, seed: int | str) -> None:
        self.cluster = cluster
        self.seed = seed
        self.random = Random(seed)
        self.counts: Counter[str] = Counter()
        self._started = time.monotonic()
        self._queue = create_queue(cluster.broker.url)

    def close(self) -> None:
        self._queue.close()

    def inject(self, name: str) -> bool:
        """Inject one fault; it is logged on stderr, which pytest shows for a failed case."""
        try:
            done = FAULTS[name](self)
        except (DBAPIError, OperationalError, RedisError):
            # An earlier fault still has its effect.
            done = False
        if done:
            self.counts[name] += 1
            seconds = time.monotonic() - self._started
            print(f"seed {self.seed}: {seconds:7.2f} s  {name}", file=sys.stderr)  # noqa: T201
        return done

    def kill_child(self) -> bool:
        workers = self.cluster.workers
        children = [child for worker in workers for child in worker.find_children()]
        return bool(children) and _kill(self.random.choice(children))

    def kill_worker(self) -> bool:
        self.random.choice(self.cluster.workers).send(signal.SIGKILL)
        return True

    def kill_dispatcher(self) -> bool:
        self.random.choice(self.cluster.dispatchers).send(signal.SIGKILL)
        return True

    def kill_api(self, process: int) -> bool:
        """The API (0), or the worker of its lane (1), with its descendants."""
        self.cluster.api[process].send_all(signal.SIGKILL)
        return True

    def lose_broker(self, seconds: float = 0.5) -> bool:
        """It is down for a while, and comes back empty."""
        self.cluster.broker.kill()
        time.sleep(seconds)
        self.cluster.broker.start()
        return True

    def empty_broker(self) -> bool:
        with self.cluster.broker.connect() as client:
            client.flushall()
        return True

    def cut_broker(self) -> bool:
        self.cluster.broker.cut_connections()
        return True

    def crash_database(self) -> bool:
        server = self.cluster.server
        if not isinstance(server, PostgresqlServer):
            return False
        server.crash()
        server.start()
        return True

    def cut_database(self) -> bool:
        server = self.cluster.server
        if not isinstance(server, PostgresqlServer):
            return False
        server.cut_connections()
        return True

    def freeze_broker(self, seconds: float) -> bool:
        """It accepts connections, but never answers."""
        self.cluster.broker.freeze()
        time.sleep(seconds)
        self.cluster.broker.thaw()
        return True

    def hold_dispatchers(self, seconds: float) -> bool:
        """All are killed, and not restarted for many leases."""
        for dispatcher in self.cluster.dispatchers:
            dispatcher.is_held = True
            dispatcher.send_all(signal.SIGKILL)
        time.sleep(seconds)
        for dispatcher in self.cluster.dispatchers:
            dispatcher.is_held = False
        return True

    def freeze_worker(self) -> bool:
        """For longer than a lease: its chunks are rescued."""
        worker = self.random.choice(self.cluster.workers)
        freeze(worker)
        time.sleep(1.5 * self.cluster.options.lease_seconds)
        thaw(worker)
        return True

    def replay_hints(self) -> bool:
        """Hints of chunks of any age and state, in any order; one of no chunk at all."""
        with self.cluster.database.read() as session:
            chunk_ids = list(session.scalars(select(ChunkRow.id)))
        chosen = self.random.sample(chunk_ids, min(5, len(chunk_ids)))
        self.send_hints([*chosen, *chosen, 10**9])
        return bool(chosen)

    def send_hints(self, chunk_ids: Sequence[int]) -> None:
        for chunk_id in chunk_ids:
            self.cluster.replays.append(time.monotonic())
            self._queue.send_task(RUN_CHUNK, args=[chunk_id], queue=BULK_QUEUE)


FAULTS: dict[str, Fault] = {
    "child killed": Faults.kill_child,
    "worker killed": Faults.kill_worker,
    "dispatcher killed": Faults.kill_dispatcher,
    "api killed": lambda faults: faults.kill_api(0),
    "lane killed": lambda faults: faults.kill_api(1),
    "broker lost": Faults.lose_broker,
    "broker down for 10 s": lambda faults: faults.lose_broker(10.0),
    "broker down for 20 leases": lambda faults: faults.lose_broker(
        20 * faults.cluster.options.lease_seconds
    ),
    "broker frozen for 40 s": lambda faults: faults.freeze_broker(40.0),
    "broker frozen for 3 s": lambda faults: faults.freeze_broker(3.0),
    "dispatchers down for 10 leases": lambda faults: faults.hold_dispatchers(
        10 * faults.cluster.options.lease_seconds
    ),
    "broker emptied": Faults.empty_broker,
    "broker connections cut": Faults.cut_broker,
    "database crashed": Faults.crash_database,
    "database connections cut": Faults.cut_database,
    "worker frozen": Faults.freeze_worker,
    "hints replayed": Faults.replay_hints,
}


def _kill(process: psutil.Process) -> bool:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return False
    return True
