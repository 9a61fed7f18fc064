"""What runs in a cluster, and how each of its processes is started."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.processes import Program
from worker.queue.broker import BULK_QUEUE, INTERACTIVE_QUEUE

PYTHON = (sys.executable, "-P", "-m")


@dataclass(frozen=True, slots=True)
class Plan:
    """What runs, and its timeouts."""

    workers: int = 2
    slots: int = 2
    dispatchers: int = 1
    api: bool = False  # with a worker for /v1/analyze
    lease_seconds: float = 1.5
    resend_seconds: float = 1.0
    item_seconds: float = 0.0
    time_limit_seconds: float = 300.0
    deliveries: int = 1  # of each hint
    clock_offset_seconds: float = 0.0  # of the first worker
    store_bytes: int | None = None  # of the disk that the uploads lie on
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def senders(self) -> int:
        """How many processes send hints."""
        return self.dispatchers + self.api

    def describe(self) -> dict[str, str]:
        """The environment of its processes."""
        return {
            "FACETALLY_LEASE_SECONDS": str(self.lease_seconds),
            "FACETALLY_RESEND_SECONDS": str(self.resend_seconds),
            "FACETALLY_CHUNK_ITEMS": "10",
            "FACETALLY_ANALYZE_TIMEOUT_SECONDS": "5",
            "FAULTS_DELIVERIES": str(self.deliveries),
            "FAULTS_ITEM_SECONDS": str(self.item_seconds),
            "FAULTS_TIME_LIMIT_SECONDS": str(self.time_limit_seconds),
            **self.settings,
        }


def plan_worker(plan: Plan, number: int, environ: Mapping[str, str], folder: Path) -> Program:
    offset = plan.clock_offset_seconds if number == 0 else 0.0
    shifted = {**environ, "FAULTS_CLOCK_OFFSET_SECONDS": str(offset)}
    return _plan_celery(f"bulk-{number}", BULK_QUEUE, plan.slots, shifted, folder)


def plan_interactive_worker(environ: Mapping[str, str], folder: Path) -> Program:
    return _plan_celery("interactive", INTERACTIVE_QUEUE, 1, environ, folder)


def _plan_celery(
    name: str, queue: str, slots: int, environ: Mapping[str, str], folder: Path
) -> Program:
    command = [
        *PYTHON,
        "tests.faults.celery_program",
        "--app",
        "tests.faults.worker_app",
        "--quiet",
        "worker",
    ]
    command += ["--queues", queue, "--concurrency", str(slots), "--hostname", f"{name}@%h"]
    command += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    return Program(name, command, environ, folder / f"{name}.log")


def plan_dispatcher(number: int, environ: Mapping[str, str], folder: Path) -> Program:
    command = [*PYTHON, "tests.faults.dispatcher_app", "dispatcher"]
    return Program(f"dispatcher-{number}", command, environ, folder / f"dispatcher-{number}.log")


def plan_api(listener: int, environ: Mapping[str, str], folder: Path) -> Program:
    """On a socket that outlives it, like a supervisor's: callers wait for the next process."""
    command = [*PYTHON, "tests.faults.api_app", "api", "--fd", str(listener)]
    os.set_inheritable(listener, True)
    return Program("api", command, environ, folder / "api.log", (listener,))
