"""A process of the API: its main thread waits for requests, and gives each to a thread of its lane.

gunicorn's own worker gives each connection a thread as soon as it is accepted, and waits in its
main thread for clients to close theirs: a few idle clients stop it.
"""

import errno
import logging
import signal
import socket
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ
from typing import Any

from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser
from gunicorn.http.wsgi import create
from gunicorn.workers.gthread import TConn, ThreadWorker

from api.progress import EventStream
from api.server.answers import Outbox, PatientResponse, has_arrived
from api.server.connections import ARRIVAL_SECONDS, Connections
from api.server.event_sockets import EventSocket
from api.server.gathering import Gathering
from api.server.lanes import Lanes
from api.server.pacing import PacedUnreader
from api.server.refusals import find_status, write_alive, write_refusal
from api.services import EXTENSION

logger = logging.getLogger(__name__)

# Blocked until a new process has its own handlers: those of the main process would drop them.
STOP_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
HEALTH = "/healthz"
ALIVE = write_alive()
# A client that cannot keep up with these gets fewer of them, and not all of them late.
LIVE = "multipart/x-mixed-replace"
NOT_ACCEPTED = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and whether the connection may be used again."""

    outbox: Outbox
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Detached:
    """An answer that goes on without its thread."""

    outbox: Outbox
    stream: EventStream
    is_chunked: bool


class ApiWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn publishes no types
    """gunicorn's loop, signals and HTTP, with connections of our own."""

    def get_thread_pool(self) -> ThreadPoolExecutor:
        self._lanes = Lanes(self.cfg.threads)
        return self._lanes.calls

    def run(self) -> None:
        self._connections = Connections(self.poller, self._start, self._close)
        self._keeper = self.app.keeper
        services = self.wsgi.extensions[EXTENSION]
        services.meter.start()
        try:
            super().run()
        finally:
            services.ending.set()
            self._lanes.close()
            services.close()

    def init_signals(self) -> None:
        super().init_signals()
        # One that has come since this process was forked is handled now.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def handle_exit(self, sig: int, frame: Any) -> None:
        # Streams end: otherwise their clients would stay for as long as their jobs take. There are
        # none while the application is still loading.
        if self.booted:
            self.wsgi.extensions[EXTENSION].ending.set()
        super().handle_exit(sig, frame)

    def accept(self, listener: socket.socket) -> None:
        try:
            sock, address = listener.accept()
        except OSError as error:
            if error.errno not in NOT_ACCEPTED:
                logger.warning("no connection accepted", extra={"error": str(error)})
                self._connections.make_room()
            return
        self._open(sock, address)

    def _open(self, sock: socket.socket, address: Any, received: bytes = b"") -> None:
        conn = TConn(self.cfg, sock, address, sock.getsockname())
        conn.parser = RequestParser(self.cfg, sock, address)
        conn.parser.unreader = PacedUnreader(sock)
        conn.initialized = True
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._connections.make_room()
        self._connections.await_request(conn, ARRIVAL_SECONDS, received)

    def _start(self, conn: TConn, request: Gathering) -> None:
        content = bytes(request.content)
        if self._keeper.passes_on(request.path) and self._keeper.send(conn.sock, content):
            self._close(conn)
            return
        if request.path == HEALTH and content.startswith(b"GET "):
            self._answer_health(conn)
            return
        conn.parser.unreader.unread(content)
        future = self._lanes.choose(request).submit(self.handle, conn)
        future.add_done_callback(
            lambda done: self.method_queue.defer(self.finish_request, conn, done)
        )

    def _answer_health(self, conn: TConn) -> None:
        """Without a thread, none of which can then be busy."""
        with suppress(OSError):
            conn.sock.send(ALIVE)
        self._connections.await_end(conn)

    def handle_request(self, request: Request, conn: TConn) -> Answered | Detached | None:
        """In a thread: answer it; None if the answer broke off."""
        conn.parser.unreader.must_invite = request._expected_100_continue
        request._expected_100_continue = False
        response, environ = create(
            request, conn.sock, conn.client, conn.server, self.cfg, response_class=PatientResponse
        )
        environ["wsgi.multithread"] = True
        outbox = response.sock = Outbox(conn.sock)
        if not self.alive:
            response.force_close()
        blocks = self.wsgi(environ, response.start_response)
        if dict(response.headers).get("Content-Type", "").startswith(LIVE):
            outbox.most_waiting_bytes = 0
        if isinstance(blocks, EventStream):
            return _detach(response, outbox, blocks)
        try:
            _send(response, environ, blocks)
        except TimeoutError:
            logger.info("disconnected a client that reads no answer", extra=_describe(conn))
            return None
        except OSError:
            # The client has left.
            raise
        except Exception:
            if not response.headers_sent:
                raise
            logger.exception("answer broken off", extra=_describe(conn))
            return None
        finally:
            if hasattr(blocks, "close"):
                blocks.close()
        return Answered(outbox, not response.should_close())

    def _keepalive_after(
        self, conn: TConn, keepalive: Answered | Detached | None
    ) -> Answered | Detached | None:
        """What is left of a body is only dropped where it has arrived: no thread waits for it."""
        if not isinstance(keepalive, Answered) or not keepalive.is_kept:
            return keepalive
        is_kept = has_arrived(conn.parser.mesg) and bool(conn.parser.finish_body())
        return Answered(keepalive.outbox, is_kept)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what could not be parsed, or what failed before an answer began."""
        status = find_status(exc)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.error("request failed", exc_info=exc)
        with suppress(OSError):
            client.sendall(write_refusal(status, addr))

    def finish_request(self, conn: TConn, fs: "Future[Answered | Detached | None]") -> None:
        """In the main thread: send what is left, and wait for the next request, or for the end."""
        result = None if fs.cancelled() or fs.exception() else fs.result()
        if isinstance(result, Detached):
            self._connections.await_sent(conn, result.outbox, partial(self._follow, conn, result))
        elif isinstance(result, Answered):
            then = self._await_next if result.is_kept else self._connections.await_end
            self._connections.await_sent(conn, result.outbox, partial(then, conn))
        else:
            self._connections.await_end(conn)

    def _await_next(self, conn: TConn) -> None:
        received = conn.parser.unreader.take_buffered()
        self._connections.await_request(conn, self.cfg.keepalive, received)

    def _follow(self, conn: TConn, answer: Detached) -> None:
        def end() -> None:
            events.end()
            if self._connections.forget(conn):
                self._connections.await_end(conn)

        events = EventSocket(
            conn.sock,
            answer.stream,
            answer.is_chunked,
            on_end=partial(self.method_queue.defer, end),
        )
        self._connections.await_hangup(conn, end)
        events.start()

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Called about once a second, also while this process ends."""
        self._connections.end_late()
        if self._keeper.try_lock():
            self.poller.register(self._keeper.receiver, EVENT_READ, self._receive)
            self.wsgi.extensions[EXTENSION].headcounts.start()

    def _receive(self, _: Any) -> None:
        while (passed := self._keeper.receive()) is not None:
            sock, content = passed
            self._open(sock, sock.getpeername(), content)

    def murder_keepalived(self, force: bool = False) -> None:
        if force:
            self._connections.end_all()

    def _cap_keepalive(self, deadline: float) -> None:
        self._connections.hurry_idle(deadline)


def _detach(response: PatientResponse, outbox: Outbox, stream: EventStream) -> Detached:
    response.force_close()
    try:
        response.send_headers()
    except BaseException:
        stream.close()
        raise
    return Detached(outbox, stream, response.chunked)


def _send(response: PatientResponse, environ: dict[str, Any], blocks: Iterable[bytes]) -> None:
    if isinstance(blocks, environ["wsgi.file_wrapper"]):
        response.write_file(blocks)
    else:
        for block in blocks:
            response.write(block)
    response.close()


def _describe(conn: TConn) -> dict[str, object]:
    """The fields of a log line."""
    return {"address": conn.client}
