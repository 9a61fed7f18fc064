"""Connections to hosts that submitters name: to public addresses only, and until a deadline."""

import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from ssl import SSLContext
from time import monotonic

from httpcore import (
    SOCKET_OPTION,
    ConnectError,
    ConnectTimeout,
    NetworkBackend,
    NetworkStream,
    ReadTimeout,
    SyncBackend,
    TimeoutException,
    WriteTimeout,
)

from models.errors import ForbiddenItem

# Host names are resolved in threads: resolving itself has no time limit.
LOOKUPS = 4
# The only IPv6 addresses that are assigned; the special ones among them are listed below.
ASSIGNED = IPv6Network("2000::/3")
SPECIAL = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)


def is_public(text: str) -> bool:
    """Whether an address is on the Internet, where anyone could reach it."""
    address = ip_address(text)
    if any(address in network for network in SPECIAL if network.version == address.version):
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    return address in ASSIGNED and address.is_global


class Network(NetworkBackend):
    """Interprets httpcore's `timeout` as an absolute deadline on the monotonic clock, which a
    server that sends a byte now and then cannot extend.

    It connects to the address that was checked: a second reply of the name server, which could
    differ, is never asked for.
    """

    def __init__(self, public_only: bool) -> None:
        self._public_only = public_only
        self._backend = SyncBackend()
        self._lookups = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="lookup")

    def close(self) -> None:
        self._lookups.shutdown(wait=False)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        failure: Exception = ConnectError(f"{host} has no address")
        for address in self._find_addresses(host, port, timeout):
            try:
                stream = self._backend.connect_tcp(
                    address, port, _seconds_to(timeout, ConnectTimeout)
                )
            except ConnectError as error:
                failure = error
            else:
                return _Stream(stream)
        raise failure

    def _find_addresses(self, host: str, port: int, until: float | None) -> list[str]:
        lookup = self._lookups.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        try:
            found = lookup.result(_seconds_to(until, ConnectTimeout))
        except TimeoutError as error:
            raise ConnectTimeout(f"{host} was not resolved in time") from error
        except (OSError, UnicodeError) as error:
            raise ConnectError(f"{host} could not be resolved") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._public_only:
            return addresses
        public = [address for address in addresses if is_public(address)]
        if addresses and not public:
            raise ForbiddenItem(
                f"{host} is in a private network. It is read only if the operator lists it by name "
                "in FACETALLY_SOURCES. Upload the file instead."
            )
        return public


class _Stream(NetworkStream):
    """A connection whose timeouts are deadlines, too."""

    def __init__(self, stream: NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _seconds_to(timeout, ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _seconds_to(timeout, WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> NetworkStream:
        left = _seconds_to(timeout, ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _seconds_to(deadline: float | None, missed: type[TimeoutException]) -> float | None:
    if deadline is None:
        return None
    if (left := deadline - monotonic()) <= 0:
        raise missed("the deadline has passed")
    return left
