"""The embedded stack: queue server, API, workers and dispatcher, up and down with one command."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from cli.children import ChildPlan
from cli.client import Client, ServerAway
from cli.exits import CommandFailed
from cli.folder import DataFolder, StackRecord
from cli.orphans import end_orphans, note_process
from cli.plans import plan_processes
from cli.provider import prepare_nets
from cli.supervisor import Supervisor
from cli.terminal import open_stderr
from db.engine import Database
from db.leases import release_all_leases
from db.migrate import migrate
from worker.settings import Settings

READY_SECONDS = 60.0
READY_POLL_SECONDS = 0.1
BACKLOG = 128


@dataclass(frozen=True, slots=True)
class StackPlan:
    """What is to run, beside the API and the dispatcher."""

    settings: Settings
    interactive: bool  # a worker for /v1/analyze too
    logs_in_files: bool  # else all speak on stderr
    early_ends_allowed: int | None  # how often a process may fail to come up, in a row


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack that is up."""

    url: str
    check: Callable[[], None]  # raises CommandFailed where it could not be kept up
    wait: Callable[[float], None]  # so many seconds, less where it has given up


@contextmanager
def run_stack(plan: StackPlan) -> Iterator[Stack]:
    """Up on entry, down on exit, whatever ends it; raises CommandFailed where it cannot start."""
    settings = plan.settings
    folder = DataFolder(settings.data_dir)
    with folder.lock():
        end_orphans(folder)
        provider = prepare_nets(settings.weights_dir, settings.provider)
        _prepare_database(settings)
        with (
            closing(_listen(settings.host, settings.port)) as listener,
            folder.scratch() as scratch,
        ):
            chosen = settings.model_copy(update={"provider": provider})
            plans = plan_processes(
                chosen, listener.fileno(), scratch, plan.interactive, plan.logs_in_files
            )
            with _supervise(plans, folder, scratch, plan.early_ends_allowed) as supervisor:
                url = _address(listener)
                with open_stderr().status("starting"):
                    _wait_ready(plan, url, supervisor)
                supervisor.settle()
                yield Stack(url, supervisor.check, supervisor.wait)


def _prepare_database(settings: Settings) -> None:
    database = Database(settings.database_url)
    migrate(database)
    # Only of the folder's own database is it sure that no worker is left.
    if (
        settings.database_url
        == settings.model_copy(update={"database_url": ""}).complete().database_url
    ):
        with database.write() as session:
            release_all_leases(session)
    database.close()


def _listen(host: str, port: int) -> socket.socket:
    """The API's socket, made here: while the API is started anew, requests wait in it."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        raise CommandFailed(
            f"Cannot listen at {host}, port {port} ({error.strerror}): choose another with --port."
        ) from error
    return listener


def _address(listener: socket.socket) -> str:
    """Where this machine reaches it."""
    host, port = listener.getsockname()[:2]
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


@contextmanager
def _supervise(
    plans: Sequence[ChildPlan], folder: DataFolder, scratch: Path, early_ends_allowed: int | None
) -> Iterator[Supervisor]:
    def record(pids: list[int]) -> None:
        noted = [note_process(pid) for pid in pids]
        processes = tuple(process for process in noted if process is not None)
        folder.write_record(StackRecord(str(scratch), processes))

    supervisor = Supervisor(plans, record, early_ends_allowed)
    try:
        supervisor.start()
        yield supervisor
    finally:
        supervisor.stop()


def _wait_ready(plan: StackPlan, url: str, supervisor: Supervisor) -> None:
    deadline = monotonic() + READY_SECONDS
    with closing(Client(url)) as client:
        while not _is_ready(client, plan.interactive):
            supervisor.check()
            if monotonic() > deadline:
                raise CommandFailed(f"Not ready within {READY_SECONDS:.0f} s, giving up.")
            supervisor.wait(READY_POLL_SECONDS)


def _is_ready(client: Client, interactive: bool) -> bool:
    try:
        health = client.read_health()
    except ServerAway:
        return False
    return health.status == "ok" and (not interactive or health.checks.get("interactive") == "ok")
