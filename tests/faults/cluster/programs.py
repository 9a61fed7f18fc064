"""How each process of a cluster is started."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.faults.cluster.options import ClusterOptions
from tests.faults.cluster.processes import Program
from worker.queue.broker import BULK_QUEUE, INTERACTIVE_QUEUE

PYTHON = (sys.executable, "-P", "-m")


def make_worker(
    options: ClusterOptions, number: int, environ: Mapping[str, str], folder: Path
) -> Program:
    offset = options.clock_offset_seconds if number == 0 else 0.0
    shifted = {**environ, "FAULTS_CLOCK_OFFSET_SECONDS": str(offset)}
    return _make_celery(f"bulk-{number}", BULK_QUEUE, options.slots, shifted, folder)


def make_interactive_worker(environ: Mapping[str, str], folder: Path) -> Program:
    return _make_celery("interactive", INTERACTIVE_QUEUE, 1, environ, folder)


def _make_celery(
    name: str, queue: str, slots: int, environ: Mapping[str, str], folder: Path
) -> Program:
    command = [
        *PYTHON,
        "tests.faults.cluster.celery_program",
        "--app",
        "tests.faults.cluster.worker_app",
        "--quiet",
        "worker",
    ]
    command += ["--queues", queue, "--concurrency", str(slots), "--hostname", f"{name}@%h"]
    command += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    return Program(name, command, environ, folder / f"{name}.log")


def make_dispatcher(number: int, environ: Mapping[str, str], folder: Path) -> Program:
    command = [*PYTHON, "tests.faults.cluster.dispatcher_app", "dispatcher"]
    return Program(f"dispatcher-{number}", command, environ, folder / f"dispatcher-{number}.log")


def make_api(listener: int, environ: Mapping[str, str], folder: Path) -> Program:
    """On a socket that outlives it, like a supervisor's: callers wait for the next process."""
    command = [*PYTHON, "tests.faults.cluster.api_app", "api", "--fd", str(listener)]
    os.set_inheritable(listener, True)
    return Program("api", command, environ, folder / "api.log", (listener,))
