"""Connections to hosts that strangers name: to public addresses only, and never for too long."""

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

# Threads that ask for the addresses of hosts, as asking itself knows no time limit.
LOOKUPS = 4
# Of the IPv6 addresses only these are given out; those below them lead elsewhere, or wrap others.
GIVEN_OUT = IPv6Network("2000::/3")
SPECIAL = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)


def is_public(text: str) -> bool:
    """Whether an address is one of the Internet's, which any stranger could reach as well."""
    address = ip_address(text)
    if any(address in network for network in SPECIAL if network.version == address.version):
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    return address in GIVEN_OUT and address.is_global


class Network(NetworkBackend):
    """Where httpcore passes a timeout in seconds, it is here the moment on the monotonic clock by
    which all must be over: a server that sends a byte now and then cannot stretch that.

    The address that was judged is the one connected to, so that no second answer of a name server
    can lead elsewhere.
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
            raise ConnectTimeout(f"the address of {host} was not found in time") from error
        except (OSError, UnicodeError) as error:
            raise ConnectError(f"the address of {host} was not found") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._public_only:
            return addresses
        public = [address for address in addresses if is_public(address)]
        if addresses and not public:
            raise ForbiddenItem(
                f"{host} is an address inside of a network, and is not read unless the operator "
                "lists it by its name in FACETALLY_SOURCES; upload the file instead."
            )
        return public


class _Stream(NetworkStream):
    """A connection whose timeouts are moments, too."""

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


def _seconds_to(moment: float | None, missed: type[TimeoutException]) -> float | None:
    if moment is None:
        return None
    if (left := moment - monotonic()) <= 0:
        raise missed("the time is over")
    return left
