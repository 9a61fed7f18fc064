"""HTTP to one server: JSON and streams out, and every failure as one of the client's errors."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from ipaddress import ip_address
from typing import TypeVar

import httpx

from facetally.blocks import BLOCK_BYTES
from facetally.errors import (
    ApiError,
    InvalidAddress,
    ServerUnavailable,
    ServerUnreachable,
    UnexpectedAnswer,
)
from facetally.parsing import parse

CONNECT_SECONDS = 10.0
TIMEOUT_SECONDS = 30.0
# A submission is answered once all of its items are stored.
SUBMIT_TIMEOUT_SECONDS = 900.0

Answer = TypeVar("Answer")
Parameters = Mapping[str, str | int | float | None]
# A server that restarts, and a proxy before one.
PASSING = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY)


class Connection:
    """Requests to one server."""

    def __init__(
        self, url: str, key: str | None, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.url = (url if "://" in url else f"http://{url}").rstrip("/")
        try:
            self._http = httpx.Client(
                base_url=self.url,
                headers={"Authorization": f"Bearer {key.strip()}"} if key else {},
                timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS),
                transport=transport,
                # No proxy leads to a server on this machine.
                trust_env=not _is_local(httpx.URL(self.url).host),
            )
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise InvalidAddress(f"The server's address or key is not valid: {error}.") from error

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, parameters: Parameters | None = None) -> object:
        """The JSON of an answer."""
        query = _drop_none(parameters or {})
        return self._read(self._http.build_request("GET", path, params=query))

    def call(self, method: str, path: str, fields: Mapping[str, object] | None = None) -> object:
        """The JSON of the answer; `fields` are sent as JSON."""
        return self._read(self._http.build_request(method, path, json=fields))

    def send(
        self,
        path: str,
        body: bytes | Iterable[bytes],
        headers: Mapping[str, str],
        parameters: Sequence[tuple[str, str]] = (),
    ) -> object:
        """Post a body that may be made while it is sent; the JSON of the answer."""
        timeout = httpx.Timeout(SUBMIT_TIMEOUT_SECONDS, connect=CONNECT_SECONDS)
        return self._read(
            self._http.build_request(
                "POST",
                path,
                content=body,
                headers=dict(headers),
                params=httpx.QueryParams(list(parameters)),
                timeout=timeout,
            )
        )

    def read_bytes(self, path: str) -> bytes:
        return self._send(self._http.build_request("GET", path)).content

    def stream_bytes(self, path: str, parameters: Parameters | None = None) -> Iterator[bytes]:
        with self._stream(path, parameters or {}) as response:
            yield from response.iter_bytes(BLOCK_BYTES)

    def stream_lines(self, path: str, parameters: Parameters) -> Iterator[bytes]:
        """Whole lines, as they arrive; httpx's own also end at characters inside of JSON."""
        begun: list[bytes] = []
        for block in self.stream_bytes(path, parameters):
            *ends, rest = block.split(b"\n")
            for end in ends:
                yield b"".join([*begun, end])
                begun.clear()
            begun.append(rest)
        if any(begun):
            yield b"".join(begun)

    def parse(self, kind: type[Answer], data: object, **own: object) -> Answer:
        try:
            return parse(kind, data, **own)
        except ValueError as error:
            raise self._unexpected() from error

    def parse_line(self, kind: type[Answer], line: bytes) -> Answer:
        return self.parse(kind, self._load(line))

    def _load(self, content: bytes) -> object:
        try:
            data: object = json.loads(content)
        except ValueError as error:
            raise self._unexpected() from error
        return data

    def _unexpected(self) -> UnexpectedAnswer:
        return UnexpectedAnswer(
            f"The server at {self.url} isn't Facetally, or is a different version."
        )

    def _read(self, request: httpx.Request) -> object:
        return self._load(self._send(request).content)

    def _send(self, request: httpx.Request) -> httpx.Response:
        with self._translated():
            response = self._http.send(request)
        _refuse_error(response)
        return response

    @contextmanager
    def _stream(self, path: str, parameters: Parameters) -> Iterator[httpx.Response]:
        query = _drop_none(parameters)
        with self._translated(), self._http.stream("GET", path, params=query) as response:
            if response.is_error:
                response.read()
            _refuse_error(response)
            yield response

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ServerUnreachable(f"No Facetally server answers at {self.url}.") from error
        except httpx.TimeoutException as error:
            raise ServerUnavailable(f"{self.url} did not answer in time. Try again.") from error
        except httpx.UnsupportedProtocol as error:
            raise InvalidAddress(f"{self.url} is not an http:// or https:// address.") from error
        except httpx.RequestError as error:
            raise ServerUnavailable(f"The connection to {self.url} broke: {error}.") from error


def _refuse_error(response: httpx.Response) -> None:
    if response.is_success:
        return
    error = _read_error(response)
    if response.status_code in PASSING:
        raise ServerUnavailable(error.message)
    raise error


def _read_error(response: httpx.Response) -> ApiError:
    """The server's own words, or those of something else that answers."""
    status, seconds = response.status_code, response.headers.get("Retry-After", "")
    wait = int(seconds) if seconds.isascii() and seconds.isdigit() else None
    try:
        problem = response.json()
        error = problem.get("error") or {"message": problem["detail"], "code": ""}
        details = error.get("details", ())
        return ApiError(str(error["message"]), status, str(error["code"]), details, wait)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ApiError(f"{response.url.host} answered {status} {response.reason_phrase}.", status)


def _drop_none(parameters: Parameters) -> dict[str, str | int | float]:
    return {name: value for name, value in parameters.items() if value is not None}


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
