"""Connections that wait for their clients: each costs a socket, and no thread."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector
from socket import SHUT_WR, socket
from time import monotonic

from gunicorn.workers.gthread import TConn

from api.server.answers import Outbox
from api.server.gathering import Gathering
from api.server.refusals import write_refusal

BLOCK_BYTES = 64 << 10
# By then, a request's head and a small body have arrived.
ARRIVAL_SECONDS = 10.0
# A closed connection is read on for a moment: a client that is still sending would otherwise never
# see the answer (RFC 9112, section 9.6).
LINGER_SECONDS = 2.0
LINGER_BYTES = 1 << 20
# Of all answers of a process that wait for their clients.
MOST_WAITING_BYTES = 64 << 20


@dataclass(slots=True)
class Wait:
    """`on_block` gets what arrives, which is empty at the end; `on_late` is called at `until`, a
    time of the monotonic clock."""

    until: float
    on_block: Callable[[bytes], None]
    on_late: Callable[[], None]
    # What has arrived of a request; None where none is expected.
    request: Gathering | None = None
    is_closing: bool = False
    # What is to be sent, if anything.
    outbox: Outbox | None = None


class Connections:
    """The waiting connections of a process; used by its main thread alone.

    `start` is called with each request that has arrived, `close` with a connection that is over.
    """

    def __init__(
        self,
        selector: BaseSelector,
        start: Callable[[TConn, Gathering], None],
        close: Callable[[TConn], None],
    ) -> None:
        self._selector = selector
        self._start = start
        self._close = close
        self._waits: dict[TConn, Wait] = {}

    def await_request(self, conn: TConn, seconds: float, received: bytes = b"") -> None:
        """`received` is what has already arrived of it."""
        request = Gathering()
        self._wait(
            conn,
            Wait(
                monotonic() + seconds,
                partial(self._gather, conn, request),
                partial(self._refuse_late, conn, request),
                request,
            ),
        )
        if received:
            self._gather(conn, request, received)

    def await_end(self, conn: TConn) -> None:
        """Close it once its client has, or after a moment."""
        with suppress(OSError):
            conn.sock.shutdown(SHUT_WR)
        left = [LINGER_BYTES]
        self._wait(
            conn,
            Wait(
                monotonic() + LINGER_SECONDS,
                partial(self._drop_block, conn, left),
                partial(self._end, conn),
                is_closing=True,
            ),
        )

    def await_sent(self, conn: TConn, outbox: Outbox, then: Callable[[], None]) -> None:
        """Send what is waiting as the client takes it, and then call `then`."""
        if not outbox.waiting:
            then()
            return
        self._wait(
            conn,
            Wait(
                monotonic() + outbox.patience_seconds,
                _ignore,
                partial(self._end, conn),
                outbox=outbox,
            ),
            EVENT_WRITE,
            lambda _: self._flush(conn, outbox, then),
        )
        while sum(len(one.waiting) for one in self._list_outboxes()) > MOST_WAITING_BYTES:
            self._end(next(conn for conn, wait in self._waits.items() if wait.outbox))

    def _list_outboxes(self) -> list[Outbox]:
        return [wait.outbox for wait in self._waits.values() if wait.outbox is not None]

    def _flush(self, conn: TConn, outbox: Outbox, then: Callable[[], None]) -> None:
        try:
            outbox.flush()
        except OSError:
            self._end(conn)
            return
        if not outbox.waiting:
            self.forget(conn)
            then()

    def await_hangup(self, conn: TConn, on_hangup: Callable[[], None]) -> None:
        """For a connection that is only written to."""

        def notice(block: bytes) -> None:
            if not block:
                on_hangup()

        self._wait(conn, Wait(float("inf"), notice, on_hangup))

    def forget(self, conn: TConn) -> bool:
        """Wait no longer; False where it did not."""
        if self._waits.pop(conn, None) is None:
            return False
        self._selector.unregister(conn.sock)
        return True

    def end_late(self) -> None:
        """Call `on_late` of each whose time is over."""
        now = monotonic()
        for wait in [wait for wait in self._waits.values() if wait.until <= now]:
            wait.on_late()

    def make_room(self) -> None:
        """End the oldest connection that is closing anyway, or else that has waited longest
        without sending a request: it is the least likely to send one."""
        waits = self._waits.items()
        closing = (conn for conn, wait in waits if wait.is_closing)
        arriving = (conn for conn, wait in waits if wait.request is not None)
        sending = (conn for conn, wait in waits if wait.outbox is not None)
        oldest = next(closing, None) or next(arriving, None) or next(sending, None)
        if oldest is not None:
            self._end(oldest)

    def hurry_idle(self, until: float) -> None:
        """Let those that have sent nothing yet wait no longer than this."""
        for wait in self._waits.values():
            if wait.request is not None and not wait.request.content:
                wait.until = min(wait.until, until)

    def end_all(self) -> None:
        for conn in list(self._waits):
            self._end(conn)

    def _wait(
        self,
        conn: TConn,
        wait: Wait,
        events: int = EVENT_READ,
        on_event: Callable[[socket], None] | None = None,
    ) -> None:
        conn.sock.setblocking(False)
        self._selector.register(conn.sock, events, on_event or partial(self._read, wait))
        self._waits[conn] = wait

    def _read(self, wait: Wait, sock: socket) -> None:
        try:
            block = sock.recv(BLOCK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            block = b""
        wait.on_block(block)

    def _gather(self, conn: TConn, request: Gathering, block: bytes) -> None:
        if not block:
            self._end(conn)
            return
        if not request.content:
            self._waits[conn].until = monotonic() + ARRIVAL_SECONDS
        has_arrived = request.add(block)
        if request.is_too_large:
            self._refuse(conn, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif has_arrived:
            self.forget(conn)
            self._start(conn, request)

    def _refuse_late(self, conn: TConn, request: Gathering) -> None:
        if request.content:
            self._refuse(conn, HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._end(conn)

    def _refuse(self, conn: TConn, status: HTTPStatus) -> None:
        self.forget(conn)
        with suppress(OSError):
            conn.sock.send(write_refusal(status, conn.client))
        self.await_end(conn)

    def _drop_block(self, conn: TConn, left: list[int], block: bytes) -> None:
        left[0] -= len(block)
        if not block or left[0] <= 0:
            self._end(conn)

    def _end(self, conn: TConn) -> None:
        self.forget(conn)
        self._close(conn)


def _ignore(_: bytes) -> None:
    pass
