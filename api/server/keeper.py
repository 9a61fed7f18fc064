"""One process of the API has the live feeds, so that each camera is opened once; the others pass
the connections of its watchers on to it."""

import fcntl
import socket
import tempfile
from typing import IO

FEEDS = "/video_feed"
MOST_BYTES = 128 << 10


class Keeper:
    """Opened by the main process, and inherited by the others. The process with the lock keeps the
    feeds; if it ends, another one gets the lock."""

    def __init__(self) -> None:
        self._sender, self.receiver = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for end in (self._sender, self.receiver):
            end.setblocking(False)
        self._lock: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as we are
        self._is_ours = False

    def close(self) -> None:
        for opened in (self._sender, self.receiver, self._lock):
            opened.close()

    def try_lock(self) -> bool:
        """Whether this process has just become the one that keeps the feeds."""
        if self._is_ours:
            return False
        try:
            # Unlike flock's, this lock is not inherited: it is of the process that takes it.
            fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        self._is_ours = True
        return True

    def passes_on(self, path: str) -> bool:
        """Whether a request belongs to another process."""
        return path == FEEDS and not self._is_ours

    def send(self, connection: socket.socket, content: bytes) -> bool:
        """Pass a connection on, with what has arrived on it; False if that is not possible."""
        try:
            socket.send_fds(self._sender, [content], [connection.fileno()])
        except OSError:
            return False
        return True

    def receive(self) -> tuple[socket.socket, bytes] | None:
        """A connection that another process passed on, if one waits."""
        try:
            content, descriptors, _, _ = socket.recv_fds(self.receiver, MOST_BYTES, 1)
        except OSError:
            return None
        return (socket.socket(fileno=descriptors[0]), content) if descriptors else None
