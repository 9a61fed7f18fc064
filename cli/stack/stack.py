"""The embedded stack: queue server, API, workers and dispatcher, up and down with one command."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from time import monotonic

from cli.exits import CommandFailed
from cli.server import open_client
from cli.stack.data_folder import DataFolder
from cli.stack.database import free_chunks, prepare_database
from cli.stack.listener import address_of, listen
from cli.stack.orphans import end_orphans, note_processes
from cli.stack.processes import plan_processes
from cli.stack.provider import prepare_nets
from cli.stack.supervisor import Supervisor
from cli.terminal import open_stderr
from facetally import Client, ServerUnavailable
from worker.settings import Settings

READY_SECONDS = 60.0
READY_POLL_SECONDS = 0.1
# Beyond a worker's grace: for giving back what it could not finish.
BEYOND_GRACE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class StackOptions:
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
def run_stack(plan: StackOptions) -> Iterator[Stack]:
    """Up on entry, down on exit, whatever ends it; raises CommandFailed where it cannot start."""
    settings = plan.settings
    folder = DataFolder(settings.data_dir)
    with folder.lock():
        end_orphans(folder)
        provider = prepare_nets(settings.weights_dir, settings.provider)
        prepare_database(settings)
        with closing(listen(settings.host, settings.port)) as listener, folder.scratch() as scratch:
            url = address_of(listener)
            chosen = settings.model_copy(update={"provider": provider})
            supervisor = Supervisor(
                plan_processes(
                    chosen, listener.fileno(), scratch, plan.interactive, plan.logs_in_files
                ),
                record=partial(note_processes, folder, scratch),
                at_death=partial(free_chunks, settings.database_url),
                # Requests wait for an API that is started anew; for one that is not, in vain.
                at_end=listener.close,
                early_ends_allowed=plan.early_ends_allowed,
                patience_seconds=settings.stop_grace_seconds + BEYOND_GRACE_SECONDS,
            )
            with _supervise(supervisor):
                _wait_ready(plan, url, supervisor)

                def check() -> None:
                    supervisor.check()
                    folder.require_room()

                yield Stack(url, check, supervisor.wait)


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


def _wait_ready(plan: StackOptions, url: str, supervisor: Supervisor) -> None:
    deadline = monotonic() + READY_SECONDS
    with open_client(url) as client, open_stderr().status("starting"):
        while not _is_ready(client, plan.interactive):
            supervisor.check()
            if monotonic() > deadline:
                raise CommandFailed(f"Not ready within {READY_SECONDS:.0f} s, giving up.")
            supervisor.wait(READY_POLL_SECONDS)
    supervisor.settle()


def _is_ready(client: Client, interactive: bool) -> bool:
    try:
        health = client.health()
    except ServerUnavailable:
        return False
    return health.status == "ok" and (not interactive or health.checks.get("interactive") == "ok")
