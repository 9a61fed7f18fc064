"""Items on web servers: redirects are followed a few times, files are read in blocks."""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Lock
from urllib.parse import urldefrag, urljoin

import httpcore
from httpx import create_ssl_context

from models.errors import FetchFailed, ForbiddenItem, MissingItem, TooLargeItem
from worker.addresses.address import WEB_SCHEMES, Address, AllowList
from worker.sources.deadline import Deadline
from worker.sources.network import Network

MOST_REDIRECTS = 4
# Idle connections are kept for the next item of the same host.
IDLE_CONNECTIONS = 8
IDLE_SECONDS = 10.0
REDIRECTS = frozenset({301, 302, 303, 307, 308})
REFUSALS = frozenset({401, 402, 403, 407, 451})
# The server may deliver soon; so may one that answers with 500 or more.
TEMPORARY = frozenset({408, 425, 429})


class Web:
    """Reads from web servers, without proxies, cookies or passwords, wherever those are set."""

    def __init__(self, allowed: AllowList) -> None:
        self._allowed = allowed
        # Connections to private addresses are never used for items that must be public.
        self._networks = {public: Network(public_only=public) for public in (True, False)}
        self._pools: dict[bool, httpcore.ConnectionPool] = {}
        self._opening = Lock()

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()
        for network in self._networks.values():
            network.close()

    def read(self, uri: str, max_bytes: int, deadline: Deadline) -> Generator[bytes, None, None]:
        """The file in blocks; raises an ItemError if it may not or cannot be read."""
        for _ in range(1 + MOST_REDIRECTS):
            with self._request(uri, deadline) as response:
                if response.status not in REDIRECTS:
                    _refuse(response, max_bytes)
                    yield from response.iter_stream()
                    return
                uri = _read_location(uri, response)
        raise MissingItem("The address redirects too many times. Give the final address.")

    @contextmanager
    def _request(self, uri: str, deadline: Deadline) -> Iterator[httpcore.Response]:
        # Each redirect is checked like the first address.
        permission = self._allowed.permit(uri)
        address = permission.address
        if address.scheme not in WEB_SCHEMES:
            raise ForbiddenItem("The server redirects to an address that is not on the web.")
        try:
            with self._find_pool(public=not permission.anywhere).stream(
                "GET",
                _make_url(address),
                headers=_make_headers(address),
                extensions={"timeout": dict.fromkeys(("connect", "read", "write"), deadline.at)},
            ) as response:
                yield response
        except httpcore.TimeoutException as error:
            raise deadline.missed() from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise FetchFailed(
                f"Reading from {address.host} failed ({error}). Retry the item later."
            ) from error

    def _find_pool(self, public: bool) -> httpcore.ConnectionPool:
        """Opened when it is first needed: most processes read nothing from the web, and reading
        whom to trust takes longer than a request."""
        with self._opening:
            if not self._pools:
                self._pools = self._open_pools()
            return self._pools[public]

    def _open_pools(self) -> dict[bool, httpcore.ConnectionPool]:
        # As usual in Python, SSL_CERT_FILE names other authorities to trust.
        trust = create_ssl_context()
        return {
            public: httpcore.ConnectionPool(
                ssl_context=trust,
                max_keepalive_connections=IDLE_CONNECTIONS,
                keepalive_expiry=IDLE_SECONDS,
                network_backend=network,
            )
            for public, network in self._networks.items()
        }


def _make_url(address: Address) -> httpcore.URL:
    target = (address.path or "/") + (f"?{address.query}" if address.query else "")
    return httpcore.URL(scheme=address.scheme, host=address.host, port=address.port, target=target)


def _make_headers(address: Address) -> list[tuple[str, str]]:
    return [
        ("Host", address.origin.partition("://")[2]),
        ("Accept", "*/*"),
        # The limit is on the size of the file, not on that of a compressed response.
        ("Accept-Encoding", "identity"),
        ("User-Agent", "facetally"),
    ]


def _refuse(response: httpcore.Response, max_bytes: int) -> None:
    """Raise the error for a response without a file, or with one that is too large."""
    status = response.status
    answer = f"{status} {_phrase(status)}".strip()
    if status in TEMPORARY or status >= 500:
        raise FetchFailed(f"The server answered {answer}. Retry the item later.")
    if status in REFUSALS:
        raise ForbiddenItem(
            f"The server answered {answer}: the file needs a login. Upload the file, or give an "
            "address that needs none."
        )
    if status != HTTPStatus.OK:
        raise MissingItem(f"The server answered {answer}: there is no file. Check the address.")
    length = _read_header(response, b"content-length")
    if re.fullmatch("[0-9]{1,18}", length) and int(length) > max_bytes:
        raise TooLargeItem(f"The file has {length} bytes; the limit is {max_bytes}.")


def _read_location(uri: str, response: httpcore.Response) -> str:
    location = _read_header(response, b"location")
    if not location:
        raise MissingItem("The server's redirect names no address. Check this one.")
    try:
        return urldefrag(urljoin(uri, location)).url
    except ValueError as error:
        raise MissingItem("The server redirects to an invalid address. Check this one.") from error


def _read_header(response: httpcore.Response, name: bytes) -> str:
    values = (value for key, value in response.headers if key.lower() == name)
    return next(values, b"").decode(errors="replace")


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in list(HTTPStatus) else ""
