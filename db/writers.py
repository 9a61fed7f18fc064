"""The queue before SQLite's write lock, which has none: who waits for it there asks again after
ever longer pauses, and with many writers some never get it in time.

Threads of a process wait in their order; of each process, one contends for a lock on a file next to
the database.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from time import monotonic, sleep

PAUSE_SECONDS = 0.002


class WriterQueue:
    """One turn at a time, for all processes that use the database at `path`."""

    def __init__(self, path: str, wait_seconds: float) -> None:
        self._path = f"{path}-writers"
        self._wait_seconds = wait_seconds
        self._changed = Condition()
        self._last_ticket = 0
        self._waiting: list[int] = []
        self._file: int | None = None

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, which lasts as long as the block.

        If it does not come in time, the block begins all the same: SQLite's own lock then decides,
        and says in its error what is wrong.
        """
        deadline = monotonic() + self._wait_seconds
        ticket = self._queue(deadline)
        try:
            is_locked = self._lock(deadline)
            try:
                yield
            finally:
                if is_locked and self._file is not None:
                    fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._leave(ticket)

    def _queue(self, deadline: float) -> int:
        with self._changed:
            self._last_ticket += 1
            ticket = self._last_ticket
            self._waiting.append(ticket)
            self._changed.wait_for(
                lambda: self._waiting[0] == ticket, max(0.0, deadline - monotonic())
            )
            return ticket

    def _leave(self, ticket: int) -> None:
        with self._changed:
            self._waiting.remove(ticket)
            self._changed.notify_all()

    def _lock(self, deadline: float) -> bool:
        """Whether the file is locked; a process that dies loses its lock."""
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if monotonic() > deadline:
                    return False
                sleep(PAUSE_SECONDS)
            else:
                return True
