"""Keeps the processes of the embedded stack alive, and ends them in order.

It has a thread of its own, in which every process is started: whatever interrupts the main thread,
no process is started and then forgotten. (To Linux the thread is the parent: it outlives them.)
"""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from cli.exits import CommandFailed
from cli.stack.child import Child, ChildPlan, describe_end
from cli.terminal import tell

logger = logging.getLogger(__name__)

TURN_SECONDS = 0.1
SOCKET_SECONDS = 20.0
SILENT_SECONDS = 3.0


class Supervisor:
    """Starts the planned processes in their order; the first to end while starting is a failure.

    `record` is told the pids whenever one is started, `at_death` the pid of one that has ended
    without being asked to, and `at_end` is called when none is left. `patience_seconds` is how long
    they may take to end.
    `early_ends_allowed` bounds how often one may end early in a row before that is a failure too;
    None is for ever.
    """

    def __init__(
        self,
        plans: Sequence[ChildPlan],
        record: Callable[[list[int]], None],
        at_death: Callable[[int], None],
        at_end: Callable[[], None],
        early_ends_allowed: int | None,
        patience_seconds: float,
    ) -> None:
        self._children = [Child(plan) for plan in plans]
        self._record = record
        self._at_death = at_death
        self._at_end = at_end
        self._early_ends_allowed = early_ends_allowed
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
        """From now on, one that ends is started again."""
        self._settled.set()

    def check(self) -> None:
        """Raises CommandFailed where it has given up."""
        if self._failure:
            self._ended.wait()
            raise CommandFailed(self._failure)

    def wait(self, seconds: float) -> None:
        """Until it has given up, but no longer than this."""
        self._ended.wait(seconds)

    def stop(self, *, interrupted: bool) -> None:
        """End everything; asked a second time, by Ctrl-C, at once. Returns when all is gone."""
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
                self._await_socket(child.plan.socket)
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
                raise CommandFailed(f"The queue's server did not open {socket} in time.")

    def _tend(self) -> None:
        for child in self._children:
            pid = child.pid
            if (status := child.take_end()) is not None and pid is not None:
                self._at_death(pid)
                self._judge_end(child, describe_end(status))
            elif child.is_due and self._settled.is_set():
                self._start(child)

    def _judge_end(self, child: Child, end: str) -> None:
        name, tail = child.plan.name, child.plan.read_tail()
        allowed = self._early_ends_allowed
        if not self._settled.is_set():
            raise CommandFailed(f"{name} {end} while it started.\n{tail}".rstrip())
        if allowed is not None and child.early_ends > allowed:
            raise CommandFailed(f"{name} {end}, again and again.\n{tail}".rstrip())
        tell(f"{name} {end}; it is started again in {child.pause_seconds:.0f} s.")

    def _end_all(self) -> None:
        """First those that need others, then the others."""
        try:
            self._end([child for child in self._children if child.plan.socket is None])
            self._end(self._children)
            self._at_end()
        finally:
            self._ended.set()

    def _end(self, children: Sequence[Child]) -> None:
        for child in children:
            child.terminate()
        started, told = monotonic(), False
        while any(child.is_alive for child in children) and not self._hurried.wait(0.05):
            waited = monotonic() - started
            if waited > self._patience_seconds:
                break
            if self._interrupted and waited > SILENT_SECONDS and not told:
                tell("Waiting for the work in hand; another Ctrl-C ends it at once.")
                told = True
        for child in children:
            child.kill()
