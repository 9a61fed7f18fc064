"""Answers: what a client does not take at once is sent to it later, without a thread."""

from collections.abc import Callable
from select import POLLOUT, poll
from socket import socket
from time import monotonic
from typing import Any

from gunicorn.http.body import LengthReader
from gunicorn.http.message import Request
from gunicorn.http.wsgi import Response

# Time for a client to take what is sent at once, and the rate for what is more.
PATIENCE_SECONDS = 30.0
LEAST_BYTES_PER_SECOND = 8192
# Of an answer, this much may wait for its client; a thread waits with what is more.
MOST_WAITING_BYTES = 1 << 20


class Outbox:
    """A socket for gunicorn to write an answer to, and what its client has not taken yet."""

    def __init__(self, sock: socket) -> None:
        self._sock = sock
        self.waiting = bytearray()
        self.most_waiting_bytes = MOST_WAITING_BYTES

    @property
    def patience_seconds(self) -> float:
        """How long the client may take for what is waiting."""
        return PATIENCE_SECONDS + len(self.waiting) / LEAST_BYTES_PER_SECOND

    def sendall(self, data: bytes) -> None:
        """Raises TimeoutError for a client that reads too slowly."""
        self.waiting += data
        self.flush()
        deadline = monotonic() + self.patience_seconds
        while len(self.waiting) > self.most_waiting_bytes:
            self._wait_until(deadline)
            self.flush()

    def flush(self) -> None:
        """Send what the client takes now."""
        self._sock.setblocking(False)
        try:
            while self.waiting:
                del self.waiting[: self._sock.send(self.waiting)]
        except BlockingIOError:
            pass

    def _wait_until(self, deadline: float) -> None:
        waiter = poll()
        waiter.register(self._sock, POLLOUT)
        if not waiter.poll(max(0.0, deadline - monotonic()) * 1000):
            raise TimeoutError


class PatientResponse(Response):  # type: ignore[misc]  # gunicorn publishes no types
    """gunicorn's response. If the view left a part of the body unread, as where it refuses a
    request, it says that the connection closes."""

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        write: Callable[[bytes], object] = super().start_response(status, headers, exc_info)
        if not has_arrived(self.req):
            self.force_close()
        return write


def has_arrived(request: Request) -> bool:
    """Whether the whole body of a request was read, or is at hand."""
    reader = request.body.reader
    if isinstance(reader, LengthReader):
        return bool(reader.length <= request.unreader.buffered_bytes)
    # Chunked: there is no parser any more once the last chunk was read.
    return getattr(reader, "parser", None) is None
