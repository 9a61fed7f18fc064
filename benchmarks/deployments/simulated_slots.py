"""Worker slots without models: each takes hints, claims their chunks, sleeps for as long as the
analysis would take, and records one face in each item.

Hints, claims, leases and records are those of a real worker; only Celery's consumer, which runs on
a worker's own machine, is left out. Threads stand for slots: they mostly sleep.
"""

import argparse
import base64
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Sequence

from benchmarks.deployments.instant_worker import InstantAnalysis, NoAnalyzer
from db.engine import Database
from db.item_values import ClaimedItem, ItemResult
from db.processes import HEARTBEAT_SECONDS, record_heartbeat
from db.states import ProcessRole
from worker.chunks.claiming import Claimer
from worker.lease import HeldChunk, LeaseTerms
from worker.packs.analyzers import Analyzers, share_analyzer
from worker.packs.packs import describe_pack, find_packs
from worker.queue.broker import BULK_QUEUE, connect
from worker.runners import make_chunk_runner
from worker.settings import Settings
from worker.sources.reader import Sources

# Of one process: PostgreSQL allows 100 by default, and a slot needs one only now and then.
CONNECTIONS = 6
WORK_SECONDS = 150.0
HINT_SECONDS = 1


class SleepingAnalysis(InstantAnalysis):
    """Answers for every item once it has slept."""

    def __init__(self, items_per_second: float) -> None:
        self._items_per_second = items_per_second

    def analyze(self, items: Sequence[ClaimedItem], held: HeldChunk) -> list[ItemResult]:
        time.sleep(len(items) / self._items_per_second)
        return super().analyze(items, held)


class SimulatedSlots:
    """The slots of one process, until `over` is set."""

    def __init__(self, settings: Settings, slots: int, items_per_second: float) -> None:
        self._settings = settings
        self._slots = slots
        self._items_per_second = items_per_second
        self._database = Database(settings.database_url, CONNECTIONS)
        self._sources = Sources.from_settings(settings)
        self.over = threading.Event()

    def run(self) -> None:
        analyzers = share_analyzer(self._settings, NoAnalyzer())
        threads = [
            threading.Thread(target=self._take_hints, args=(analyzers,)) for _ in range(self._slots)
        ]
        self._send_heartbeat()
        for thread in threads:
            thread.start()
        while not self.over.wait(HEARTBEAT_SECONDS):
            self._send_heartbeat()
        for thread in threads:
            thread.join()

    def _send_heartbeat(self) -> None:
        packs = [describe_pack(pack) for pack in find_packs(self._settings)]
        name = f"worker@{socket.gethostname()}:{os.getpid()}"
        with self._database.write() as session:
            record_heartbeat(session, name, ProcessRole.BULK, self._slots, packs)

    def _take_hints(self, analyzers: Analyzers) -> None:
        terms = LeaseTerms(self._settings.lease_seconds, WORK_SECONDS, self.over.is_set)
        claimer = Claimer(self._database, terms, analyzers)
        analysis = SleepingAnalysis(self._items_per_second)
        runner = make_chunk_runner(self._settings, claimer, analyzers, self._sources, analysis)
        with connect(self._settings.redis_url) as queue:
            while not self.over.is_set():
                if (taken := queue.blpop([BULK_QUEUE], timeout=HINT_SECONDS)) is not None:
                    runner.run(*_read_hint(taken[1]))


def _read_hint(message: bytes) -> tuple[int, str]:
    """The chunk and the task of a message of Celery (protocol 2)."""
    envelope = json.loads(message)
    arguments, *_ = json.loads(base64.b64decode(envelope["body"]))
    return int(arguments[0]), str(envelope["headers"]["id"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slots", type=int, required=True)
    parser.add_argument("--items-per-second", type=float, required=True)
    arguments = parser.parse_args()
    slots = SimulatedSlots(Settings.from_env(), arguments.slots, arguments.items_per_second)
    signal.signal(signal.SIGTERM, lambda *_: slots.over.set())
    slots.run()


if __name__ == "__main__":
    main()
