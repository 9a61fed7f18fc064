"""Keeps the processes of the embedded stack running, and ends them in order.

Every process is started in a thread of the supervisor, so that an interruption of the main thread
cannot lose one that was just started. Linux takes the thread as parent: it lives longer than they.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from cli.exits import CommandFailed
from cli.stack.child import Child, ProcessSpec, describe_exit
from cli.terminal import tell

logger = logging.getLogger(__name__)

TURN_SECONDS = 0.1
SOCKET_SECONDS = 20.0
SILENT_SECONDS = 3.0


class Supervisor:
    """Starts processes in their order; if one exits during the start, the start has failed.

    `record` is called with all pids after each start, `on_death` with the pid of a process that
    exited by itself, and `on_end` once all have ended. They have `patience_seconds` to end.
    `early_exits_allowed` limits the early exits of one process in a row; None allows any number.
    """

    def __init__(
        self,
        specs: Sequence[ProcessSpec],
        record: Callable[[list[int]], None],
        on_death: Callable[[int], None],
        on_end: Callable[[], None],
        early_exits_allowed: int | None,
        patience_seconds: float,
    ) -> None:
        self._children = [Child(spec) for spec in specs]
        self._record = record
        self._at_death = on_death
        self._at_end = on_end
        self._early_ends_allowed = early_exits_allowed
        self._patience_seconds = patience_seconds
        self._settled = threading.Event()
        self._stopping = threading.Event()
        self._hurried = threading.Event()
        self._ended = threading.Event()
        self._failure = ""
        self._interrupted = False
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def settle(self) -> None:
        """From now on, restart a process that exits."""
        self._settled.set()

    def check(self) -> None:
        """Raises CommandFailed if it gave up."""
        if self._failure:
            self._ended.wait()
            raise CommandFailed(self._failure)

    def wait(self, seconds: float) -> None:
        """Until it gives up, at most this long."""
        self._ended.wait(seconds)

    def stop(self, *, interrupted: bool) -> None:
        """End all processes and wait for that; another Ctrl-C kills them."""
        self._interrupted = interrupted
        while self._thread.ident is not None and not self._ended.is_set():
            try:
                self._stopping.set()
                self._ended.wait()
            except (KeyboardInterrupt, SystemExit):
                self._hurried.set()

    def _run(self) -> None:
        try:
            for child in self._children:
                self._start(child)
                self._await_socket(child.spec.socket)
            while not self._stopping.wait(TURN_SECONDS):
                self._tend()
        except CommandFailed as failure:
            self._failure = failure.message
        except Exception as error:
            logger.exception("supervisor failed")
            self._failure = f"The processes could not be kept running: {error}."
        finally:
            self._end_all()

    def _start(self, child: Child) -> None:
        child.start()
        self._record([child.pid for child in self._children if child.pid is not None])

    def _await_socket(self, socket: Path | None) -> None:
        deadline = monotonic() + SOCKET_SECONDS
        while socket is not None and not socket.exists() and not self._stopping.wait(0.01):
            self._tend()
            if monotonic() > deadline:
                raise CommandFailed(f"The queue server did not open {socket} in time.")

    def _tend(self) -> None:
        for child in self._children:
            pid = child.pid
            if (status := child.poll_exit()) is not None and pid is not None:
                self._at_death(pid)
                self._handle_exit(child, describe_exit(status))
            elif child.is_due and self._settled.is_set():
                self._start(child)

    def _handle_exit(self, child: Child, end: str) -> None:
        name, tail = child.spec.name, child.spec.read_tail()
        allowed = self._early_ends_allowed
        if not self._settled.is_set():
            raise CommandFailed(f"{name} {end} while starting.\n{tail}".rstrip())
        if allowed is not None and child.early_exits > allowed:
            raise CommandFailed(f"{name} {end} repeatedly.\n{tail}".rstrip())
        tell(f"{name} {end}; restarting in {child.pause_seconds:.0f} s.")

    def _end_all(self) -> None:
        """First those that need the queue server, then that."""
        try:
            self._end([child for child in self._children if child.spec.socket is None])
            self._end(self._children)
            self._at_end()
        finally:
            self._ended.set()

    def _end(self, children: Sequence[Child]) -> None:
        for child in children:
            child.terminate()
        started, noted = monotonic(), False
        while any(child.is_alive for child in children) and not self._hurried.wait(0.05):
            waited = monotonic() - started
            if waited > self._patience_seconds:
                break
            if self._interrupted and waited > SILENT_SECONDS and not noted:
                tell("Waiting for running work to finish. Press Ctrl-C again to stop now.")
                noted = True
        for child in children:
            child.kill()
