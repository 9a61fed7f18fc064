"""How a worker shuts down: its children finish the current picture, and have a while to do so."""

import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

PATH_VARIABLE = "WORKER_SHUTDOWN_FLAG"
CLEAR, SET = b"\0", b"\1"
# The leases that are left are released within this time, or they expire.
RELEASE_SECONDS = 5.0


class ShutdownFlag:
    """Asks pool children to stop: one byte of a file that they and their main process hold open.

    A forked child inherits the open file, so that it may be deleted meanwhile; a spawned one finds
    its path in the environment. A signal would end a child that has no handler for it yet.
    """

    def __init__(self) -> None:
        self._descriptor: int | None = None

    def create(self) -> None:
        """In the main process, before it has children."""
        self._descriptor, path = tempfile.mkstemp(prefix="facetally-worker-")
        # Written now, so that a full disk cannot keep it from being changed.
        os.write(self._descriptor, CLEAR)
        os.environ[PATH_VARIABLE] = path

    def open(self) -> None:
        """In a child."""
        if self._descriptor is None:
            # Without the file, a child is only killed at the end of the grace period.
            with suppress(KeyError, OSError):
                self._descriptor = os.open(os.environ[PATH_VARIABLE], os.O_RDONLY)

    def set(self) -> None:
        """In the main process."""
        if self._descriptor is not None:
            os.pwrite(self._descriptor, SET, 0)

    def is_set(self) -> bool:
        """Whether this worker is shutting down."""
        return self._descriptor is not None and os.pread(self._descriptor, 1, 0) == SET

    def remove(self) -> None:
        """At the end of the main process: children keep the file open, and can still read it."""
        Path(os.environ.pop(PATH_VARIABLE)).unlink(missing_ok=True)


class Shutdown:
    """The end of a worker's main process, which must not take longer than the grace period.

    `release` gives the chunks that its children still have leased back to the queue.
    """

    def __init__(
        self, flag: ShutdownFlag, grace_seconds: float, release: Callable[[], None]
    ) -> None:
        self._flag = flag
        self._grace_seconds = grace_seconds
        self._release = release
        self._requests = 0
        self._hurried = threading.Event()
        self.is_overdue = False

    def request(self) -> None:
        """Called by the signal's handler; the second request ends the worker at once."""
        self._requests += 1
        if self._requests > 1:
            self._hurried.set()
            return
        self._flag.set()
        threading.Thread(target=self._watch, name="grace", daemon=True).start()

    def _watch(self) -> None:
        self._hurried.wait(self._grace_seconds)
        self.is_overdue = True
        exit_anyway = threading.Timer(RELEASE_SECONDS, _kill_family)
        exit_anyway.daemon = True
        exit_anyway.start()
        try:
            # First, so that the death of a child is not blamed on the item it worked on.
            self._release()
        finally:
            _kill_family()


def _kill_family() -> None:
    """At once, children first, whatever they are doing."""
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            child.kill()
    os._exit(0)
