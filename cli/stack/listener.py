"""The API's socket, made by who starts the API: while it is started anew, requests wait."""

import socket

from cli.exits import CommandFailed

BACKLOG = 128
# Listening everywhere includes this machine, which has these names for itself.
LOOPBACKS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def listen(host: str, port: int) -> socket.socket:
    """Port 0 takes any that is free; CommandFailed where the address cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # An answer goes out at once, to those who connect before the API is up, too.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        raise CommandFailed(
            f"Cannot listen at {host}, port {port} ({error.strerror}): choose another with --port."
        ) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """Where this machine reaches it."""
    host, port = listener.getsockname()[:2]
    reached = LOOPBACKS.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"
