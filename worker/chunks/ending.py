"""How a worker ends: its children finish the picture in hand, and have a while to do so."""

import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

PATH_VARIABLE = "WORKER_END_SIGN"
QUIET, GIVEN = b"\0", b"\1"
# What is still held is given back to SQL within this time, or its leases end by themselves.
GIVING_BACK_SECONDS = 5.0


class EndSign:
    """Tells children to end: the one byte of a file that their main process holds open with them.

    A forked child inherits the open file, so that it may be cleaned away; a spawned one finds its
    path in its environment. No signal would do: it ends a child that has no handler for it yet.
    """

    def __init__(self) -> None:
        self._descriptor: int | None = None

    def put_up(self) -> None:
        """In the main process, before it has children."""
        self._descriptor, path = tempfile.mkstemp(prefix="facetally-worker-")
        # Written now, so that no full disk can keep it from being changed.
        os.write(self._descriptor, QUIET)
        os.environ[PATH_VARIABLE] = path

    def find(self) -> None:
        """In a child."""
        if self._descriptor is None:
            # Without it, a child is only cut off at the end of the grace.
            with suppress(KeyError, OSError):
                self._descriptor = os.open(os.environ[PATH_VARIABLE], os.O_RDONLY)

    def give(self) -> None:
        if self._descriptor is not None:
            os.pwrite(self._descriptor, GIVEN, 0)

    def is_given(self) -> bool:
        return self._descriptor is not None and os.pread(self._descriptor, 1, 0) == GIVEN

    def take_down(self) -> None:
        """At the end of the main process: children go on reading what they hold open."""
        Path(os.environ.pop(PATH_VARIABLE)).unlink(missing_ok=True)


class Ending:
    """The end of a worker's main process, which must not take longer than the grace.

    `give_back` gives whatever the children still hold back to SQL.
    """

    def __init__(self, sign: EndSign, grace_seconds: float, give_back: Callable[[], None]) -> None:
        self._sign = sign
        self._grace_seconds = grace_seconds
        self._give_back = give_back
        self._asked = 0
        self._hurried = threading.Event()
        self.is_overdue = False

    def ask(self) -> None:
        """Called by the signal's handler; asked a second time, it ends at once."""
        self._asked += 1
        if self._asked > 1:
            self._hurried.set()
            return
        self._sign.give()
        threading.Thread(target=self._watch, name="grace", daemon=True).start()

    def _watch(self) -> None:
        self._hurried.wait(self._grace_seconds)
        self.is_overdue = True
        exit_anyway = threading.Timer(GIVING_BACK_SECONDS, _end_family)
        exit_anyway.daemon = True
        exit_anyway.start()
        try:
            # First, so that nobody takes the death of a child for the fault of what it held.
            self._give_back()
        finally:
            _end_family()


def _end_family() -> None:
    """At once, children first, whatever they are at."""
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            child.kill()
    os._exit(0)
