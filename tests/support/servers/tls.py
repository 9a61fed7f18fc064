"""TLS in front of a server that has none, with real certificates."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import trustme

BLOCK_BYTES = 1 << 16


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    context: ssl.SSLContext
    target: Path

    def handle_error(self, *_: object) -> None:
        """Clients that trust nobody end the handshake; that is what some tests are about."""


class _Relay(BaseRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        with (
            server.context.wrap_socket(self.request, server_side=True) as client,
            socket.socket(socket.AF_UNIX) as behind,
        ):
            behind.connect(str(server.target))
            back = Thread(target=_copy, args=(behind, client), daemon=True)
            back.start()
            _copy(client, behind)
            back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(BLOCK_BYTES):
            sink.sendall(block)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay_tls(authority: trustme.CA, target: Path, name: str = "localhost") -> Iterator[int]:
    """The port of a server with a certificate for this name, which passes on what it gets to a
    socket. It asks clients for a certificate of the same authority, and takes those without."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    with _Server(("127.0.0.1", 0), _Relay) as server:
        server.context, server.target = context, target
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
