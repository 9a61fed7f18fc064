"""Log lines to stderr without ever waiting for whoever reads them.

Where nobody reads a pipe, a line that does not fit would stop its request, and in the end the whole
server. Lines that the pipe does not take are kept, up to a number; how many more were dropped is
said once it takes some again.
"""

import atexit
import logging
import os
from collections import deque
from contextlib import suppress
from select import PIPE_BUF, POLLOUT, poll
from stat import S_ISFIFO

# Some hundred kilobytes in each process.
MOST_LINES = 2000


class PatientStream(logging.Handler):
    """Writes to a file descriptor; threads take turns, and none waits for the reader."""

    def __init__(self, descriptor: int, most_lines: int = MOST_LINES) -> None:
        super().__init__()
        self._descriptor = _reopen(descriptor)
        self._waiting: deque[bytes] = deque()
        self._most_lines = most_lines
        self._dropped = 0
        self._process_id = os.getpid()
        atexit.register(self.flush)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")
        # As other handlers do: the program goes on.
        except Exception:  # noqa: BLE001
            self.handleError(record)
            return
        self._forget_parent()
        if len(self._waiting) < self._most_lines:
            self._waiting.append(line)
        else:
            self._dropped += 1
        self._write_waiting()

    def flush(self) -> None:
        self.acquire()
        try:
            self._forget_parent()
            self._write_waiting()
        finally:
            self.release()

    def _forget_parent(self) -> None:
        """Lines that wait in the process from which this one was forked are its own."""
        if self._process_id != os.getpid():
            self._process_id, self._dropped = os.getpid(), 0
            self._waiting.clear()

    def _write_waiting(self) -> None:
        while self._waiting:
            line = self._waiting[0]
            written = self._write(line[:PIPE_BUF])
            if written == len(line):
                self._waiting.popleft()
            elif written:
                self._waiting[0] = line[written:]
            else:
                return
        if self._dropped and self._write(f"{self._dropped} log lines were dropped\n".encode()):
            self._dropped = 0

    def _write(self, content: bytes) -> int:
        """How many bytes the reader's pipe took."""
        waiting = poll()
        waiting.register(self._descriptor, POLLOUT)
        if not waiting.poll(0):
            return 0
        try:
            return os.write(self._descriptor, content)
        except BlockingIOError:
            return 0
        except OSError:
            # There is nobody left to tell.
            return len(content)


def _reopen(descriptor: int) -> int:
    """The same pipe with a mode of its own, in which a write never waits. Others that have it open
    keep theirs. Where the system does not allow that, the pipe as it is: another process may then
    take the room that `poll` has seen."""
    if S_ISFIFO(os.fstat(descriptor).st_mode):
        with suppress(OSError):
            return os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK)
    return descriptor
