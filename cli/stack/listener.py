"""The API's socket, which belongs to the command: while the API restarts, requests wait."""

import socket
from contextlib import ExitStack

from cli.exits import CommandFailed

BACKLOG = 128
# Where this machine reaches a socket that listens on all addresses.
LOOPBACKS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def listen(host: str, port: int) -> socket.socket:
    """Port 0 takes any free port; CommandFailed if the address is not available."""
    try:
        return _open(host, port)
    except OSError as error:
        raise CommandFailed(
            f"Can't listen on {host}, port {port} ({error.strerror}): choose another with --port."
        ) from error


def address_of(listener: socket.socket) -> str:
    """The URL for clients on this machine."""
    host, port = listener.getsockname()[:2]
    reached = LOOPBACKS.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def _open(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with ExitStack() as failed:
        listener = failed.enter_context(socket.socket(family, kind, protocol))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Also for connections made before the API is up, answers are sent without delay.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        failed.pop_all()
    return listener
