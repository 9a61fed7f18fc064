"""Streams of events to clients, sent by the thread that makes the events: none has its own."""

from collections.abc import Callable
from socket import socket
from threading import Lock
from time import monotonic

from api.progress import EventStream

# A client that takes nothing for this long, or is this far behind, is disconnected.
PATIENCE_SECONDS = 15.0
MOST_UNSENT_BYTES = 1 << 20
LAST_CHUNK = b"0\r\n\r\n"


class EventSocket:
    """Sends what a stream has to say, as far as its client takes it. `on_end` is called once, when
    there is nothing more to send."""

    def __init__(
        self, sock: socket, stream: EventStream, is_chunked: bool, on_end: Callable[[], None]
    ) -> None:
        self._sock = sock
        self._stream = stream
        self._is_chunked = is_chunked
        self._on_end = on_end
        self._unsent = bytearray()
        self._taken_at = monotonic()
        self._is_over = False
        self._has_ended = False
        self._lock = Lock()

    def start(self) -> None:
        self._stream.attach(self._send)

    def end(self) -> None:
        """Send no more: the connection is gone."""
        with self._lock:
            self._has_ended = True
        self._stream.close()

    def _send(self) -> None:
        """Called after each turn of the stream; never waits."""
        with self._lock:
            if self._has_ended:
                return
            self._take()
            self._has_ended = not self._flush() or (self._is_over and not self._unsent)
            has_ended = self._has_ended
        if has_ended:
            self._on_end()

    def _take(self) -> None:
        blocks, is_over = self._stream.take()
        for block in blocks:
            self._unsent += b"%x\r\n%s\r\n" % (len(block), block) if self._is_chunked else block
        if is_over and not self._is_over:
            self._is_over = True
            self._unsent += LAST_CHUNK if self._is_chunked else b""

    def _flush(self) -> bool:
        """Send what the client takes now; False if it is to be given up."""
        sent = 0
        try:
            sent = self._sock.send(self._unsent) if self._unsent else 0
        except BlockingIOError:
            pass
        except OSError:
            return False
        del self._unsent[:sent]
        if sent or not self._unsent:
            self._taken_at = monotonic()
        is_patient = monotonic() - self._taken_at < PATIENCE_SECONDS
        return is_patient and len(self._unsent) < MOST_UNSENT_BYTES
