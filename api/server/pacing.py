"""The bytes of a client's request, which must arrive at a lowest rate while they are waited for."""

from http import HTTPStatus
from socket import socket
from time import monotonic

from gunicorn.http.unreader import SocketUnreader

from api.errors import ApiError

# A client that sends nothing for this long has gone, or wants to occupy a thread.
SILENCE_SECONDS = 15.0
# Over this much waiting, a body arrives at this rate: that of the slowest mobile networks.
WINDOW_SECONDS = 10.0
LEAST_BYTES_PER_SECOND = 4096
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class PacedUnreader(SocketUnreader):  # type: ignore[misc]  # gunicorn publishes no types
    """What gunicorn reads a connection's requests from; raises ApiError for a slow client."""

    def __init__(self, sock: socket) -> None:
        super().__init__(sock)
        # Whether the client sends its body only once it is told to.
        self.must_invite = False
        self._waited_seconds = 0.0
        self._received_bytes = 0

    @property
    def buffered_bytes(self) -> int:
        """What has arrived and was not read."""
        return int(self.buf.getbuffer().nbytes)

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes from the socket."""
        if self.must_invite:
            self.must_invite = False
            self.sock.sendall(CONTINUE)
        started = monotonic()
        self.sock.settimeout(SILENCE_SECONDS)
        try:
            block = bytes(super().chunk(size_hint))
        except TimeoutError:
            raise _too_slow() from None
        self._check_rate(monotonic() - started, len(block))
        return block

    def _check_rate(self, waited_seconds: float, received_bytes: int) -> None:
        """Only the time in which we wait counts: storing what arrived may take long, too."""
        self._waited_seconds += waited_seconds
        self._received_bytes += received_bytes
        if self._waited_seconds < WINDOW_SECONDS:
            return
        if self._received_bytes < LEAST_BYTES_PER_SECOND * self._waited_seconds:
            raise _too_slow()
        self._waited_seconds, self._received_bytes = 0.0, 0


def _too_slow() -> ApiError:
    return ApiError(
        HTTPStatus.REQUEST_TIMEOUT,
        "The request arrived too slowly. Send it again over a faster connection.",
    )
