"""The queue before SQLite's write lock, which has none: who waits for it there asks again after
ever longer pauses, and with many writers some never get it in time.

Threads of a process wait in their order; of each process, one contends for a lock on a file next to
the database. Whoever waits for that one holds another, so that a process that has just had its turn
does not take the next one too, while the others sleep.
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
        self._paths = (f"{path}-next-writer", f"{path}-writers")
        self._wait_seconds = wait_seconds
        self._changed = Condition()
        self._last_ticket = 0
        self._waiting: list[int] = []
        # The gate, and the turn itself.
        self._files: tuple[int, int] | None = None

    def close(self) -> None:
        for file in self._files or ():
            os.close(file)
        self._files = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, which lasts as long as the block.

        If it does not come in time, the block begins all the same: SQLite's own lock then decides,
        and says in its error what is wrong.
        """
        deadline = monotonic() + self._wait_seconds
        ticket = self._queue(deadline)
        try:
            turn = self._take_turn(deadline)
            try:
                yield
            finally:
                if turn is not None and self._files is not None:
                    fcntl.flock(turn, fcntl.LOCK_UN)
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

    def _take_turn(self, deadline: float) -> int | None:
        """The file that is locked, if it came in time; a process that dies loses its locks."""
        gate, turn = self._files = self._files or self._open()
        if not _lock(gate, deadline):
            return None
        try:
            return turn if _lock(turn, deadline) else None
        finally:
            fcntl.flock(gate, fcntl.LOCK_UN)

    def _open(self) -> tuple[int, int]:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        gate, turn = (os.open(path, flags, 0o600) for path in self._paths)
        return gate, turn


def _lock(file: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() > deadline:
                return False
            sleep(PAUSE_SECONDS)
        else:
            return True
