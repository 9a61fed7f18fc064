"""Items on web servers: asked for as they are listed, followed a few steps, read in pieces."""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urldefrag, urljoin

import httpcore
from httpx import create_ssl_context

from models.errors import FetchFailed, ForbiddenItem, MissingItem, TooLargeItem
from worker.addresses import WEB_SCHEMES, Address, AllowList
from worker.sources.deadline import Deadline
from worker.sources.network import Network

MOST_REDIRECTS = 4
# Idle connections that are kept for the next item of the same host, and for how long.
IDLE_CONNECTIONS = 8
IDLE_SECONDS = 10.0
REDIRECTS = frozenset({301, 302, 303, 307, 308})
REFUSALS = frozenset({401, 402, 403, 407, 451})
# The server may well deliver in a moment; so may every one that answers with 500 or more.
PASSING = frozenset({408, 425, 429})


class Web:
    """Reads from web servers. Knows no proxy, no cookie and no password, wherever those lie."""

    def __init__(self, allowed: AllowList) -> None:
        self._allowed = allowed
        # Connections to private addresses are never used for what may only be public.
        self._networks = {public: Network(public_only=public) for public in (True, False)}
        # As everywhere in Python, SSL_CERT_FILE names other authorities to trust.
        trust = create_ssl_context()
        self._pools = {
            public: httpcore.ConnectionPool(
                ssl_context=trust,
                max_keepalive_connections=IDLE_CONNECTIONS,
                keepalive_expiry=IDLE_SECONDS,
                network_backend=network,
            )
            for public, network in self._networks.items()
        }

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()
        for network in self._networks.values():
            network.close()

    def read(self, uri: str, max_bytes: int, deadline: Deadline) -> Generator[bytes, None, None]:
        """The file in pieces; raises an ItemError where it may not or cannot be read."""
        for _ in range(1 + MOST_REDIRECTS):
            with self._ask(uri, deadline) as response:
                if response.status not in REDIRECTS:
                    _refuse(response, max_bytes)
                    yield from response.iter_stream()
                    return
                uri = _read_location(uri, response)
        raise MissingItem("The address leads on and on to others; give the last of them.")

    @contextmanager
    def _ask(self, uri: str, deadline: Deadline) -> Iterator[httpcore.Response]:
        # Each step is judged like the first.
        permission = self._allowed.permit(uri)
        address = permission.address
        if address.scheme not in WEB_SCHEMES:
            raise ForbiddenItem("The server leads on to what is no web page's address.")
        try:
            with self._pools[not permission.anywhere].stream(
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
                f"{address.host} could not be read from ({error}); retry the item later."
            ) from error


def _make_url(address: Address) -> httpcore.URL:
    target = (address.path or "/") + (f"?{address.query}" if address.query else "")
    return httpcore.URL(scheme=address.scheme, host=address.host, port=address.port, target=target)


def _make_headers(address: Address) -> list[tuple[str, str]]:
    return [
        ("Host", address.origin.partition("://")[2]),
        ("Accept", "*/*"),
        # What is packed for the way would not count by its real size.
        ("Accept-Encoding", "identity"),
        ("User-Agent", "facetally"),
    ]


def _refuse(response: httpcore.Response, max_bytes: int) -> None:
    """Raises what an answer that brings no file, or too much of one, means for the item."""
    status = response.status
    said = f"{status} {_phrase(status)}".strip()
    if status in PASSING or status >= 500:
        raise FetchFailed(f"The server answered {said}; retry the item later.")
    if status in REFUSALS:
        raise ForbiddenItem(
            f"The server answered {said}: it gives the file to nobody who asks without a password; "
            "upload the file, or give an address that is open."
        )
    if status != HTTPStatus.OK:
        raise MissingItem(f"The server answered {said}: there is no file; check the address.")
    length = _read_header(response, b"content-length")
    if re.fullmatch("[0-9]{1,18}", length) and int(length) > max_bytes:
        raise TooLargeItem(f"The file has {length} bytes, and at most {max_bytes} are taken.")


def _read_location(uri: str, response: httpcore.Response) -> str:
    location = _read_header(response, b"location")
    if not location:
        raise MissingItem("The server leads on to no other address; check this one.")
    try:
        return urldefrag(urljoin(uri, location)).url
    except ValueError as error:
        raise MissingItem("The server leads on to what is no address; check this one.") from error


def _read_header(response: httpcore.Response, name: bytes) -> str:
    values = (value for key, value in response.headers if key.lower() == name)
    return next(values, b"").decode(errors="replace")


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in list(HTTPStatus) else ""
