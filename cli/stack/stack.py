"""The embedded stack: queue server, API, workers and dispatcher, started and stopped together."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from socket import socket
from time import monotonic

from cli.exits import CommandFailed
from cli.server import open_client
from cli.stack.data_folder import DataFolder
from cli.stack.database import prepare_database, rescue_chunks
from cli.stack.listener import address_of, listen
from cli.stack.orphans import end_orphans, note_processes
from cli.stack.processes import list_processes
from cli.stack.provider import prepare_models
from cli.stack.reachability import require_services
from cli.stack.supervisor import Supervisor
from cli.terminal import open_stderr
from facetally import Client, ServerUnavailable
from worker.devices import count_slots
from worker.settings import Settings

READY_SECONDS = 60.0
READY_POLL_SECONDS = 0.1
# Time after a worker's grace period to release what it could not finish.
BEYOND_GRACE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What to run apart from the API and the dispatcher."""

    settings: Settings
    interactive: bool  # a worker for /v1/analyze too
    logs_in_files: bool  # otherwise on stderr
    early_exits_allowed: int | None  # in a row, of one process; None for any number


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack."""

    url: str
    check: Callable[[], None]  # raises CommandFailed if it could not be kept running
    wait: Callable[[float], None]  # for some seconds, or until it gave up


@contextmanager
def run_stack(options: StackOptions) -> Iterator[Stack]:
    """Started on entry and stopped on exit; raises CommandFailed if it cannot start."""
    settings = options.settings
    folder = DataFolder(settings.data_dir)
    with folder.lock():
        end_orphans(folder)
        provider = prepare_models(settings, settings.packs)
        require_services(settings)
        prepare_database(settings)
        with closing(listen(settings.host, settings.port)) as listener, folder.scratch() as scratch:
            url = address_of(listener)
            supervisor = _make_supervisor(options, provider, folder, listener, scratch)
            with _supervise(supervisor):
                _wait_ready(options, url, supervisor)

                def check() -> None:
                    supervisor.check()
                    folder.require_room()

                yield Stack(url, check, supervisor.wait)


def _make_supervisor(
    options: StackOptions, provider: str, folder: DataFolder, listener: socket, scratch: Path
) -> Supervisor:
    settings = options.settings
    chosen = settings.model_copy(
        update={"provider": provider, "workers": count_slots(settings, provider)}
    )
    return Supervisor(
        list_processes(
            chosen, listener.fileno(), scratch, options.interactive, options.logs_in_files
        ),
        record=partial(note_processes, folder, scratch),
        on_death=partial(rescue_chunks, settings.database_url),
        # Requests wait while the API restarts, and must not once it is gone.
        on_end=listener.close,
        early_exits_allowed=options.early_exits_allowed,
        patience_seconds=settings.stop_grace_seconds + BEYOND_GRACE_SECONDS,
    )


@contextmanager
def _supervise(supervisor: Supervisor) -> Iterator[None]:
    interrupted = False
    try:
        supervisor.start()
        yield
    except (KeyboardInterrupt, SystemExit):
        interrupted = True
        raise
    finally:
        supervisor.stop(interrupted=interrupted)


def _wait_ready(options: StackOptions, url: str, supervisor: Supervisor) -> None:
    deadline = monotonic() + READY_SECONDS
    with open_client(url) as client, open_stderr().status("starting"):
        while not _is_ready(client, options.interactive):
            supervisor.check()
            if monotonic() > deadline:
                raise CommandFailed(f"The server was not ready within {READY_SECONDS:.0f} s.")
            supervisor.wait(READY_POLL_SECONDS)
    supervisor.settle()


def _is_ready(client: Client, interactive: bool) -> bool:
    try:
        health = client.health()
    except ServerUnavailable:
        return False
    return health.status == "ok" and (not interactive or health.checks.get("interactive") == "ok")
