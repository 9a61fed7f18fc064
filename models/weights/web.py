"""Downloads over HTTP, from servers that may need a password or an authority of their own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

import httpx

from models.errors import ModelUnavailable

# Without any data; files have up to 150 megabytes.
TIMEOUT_SECONDS = 60.0
# Between attempts if there is no answer.
PAUSES_SECONDS = (0.5, 2.0)
# An archive is compressed already, and its hash is that of the file.
AS_IT_IS = {"Accept-Encoding": "identity"}

# Called with the bytes received so far and in all; 0 if the server does not say how many.
Watch = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Link:
    """An address, and what the server has to be sent with the request."""

    url: httpx.URL
    headers: Mapping[str, str] = field(default_factory=dict)


def open_client(certificates: Iterable[str]) -> httpx.Client:
    """A client that trusts the authorities of this machine and those of the files given.

    Raises ModelUnavailable if one of these cannot be read.
    """
    context = httpx.create_ssl_context()
    context.load_default_certs()
    for path in certificates:
        try:
            context.load_verify_locations(path)
        except OSError as error:
            raise ModelUnavailable(
                f"The certificates in {path} cannot be read ({error}). Correct the setting of pip "
                "or npm that names this file."
            ) from error
    return httpx.Client(verify=context, follow_redirects=True, timeout=TIMEOUT_SECONDS)


def get(client: httpx.Client, link: Link) -> httpx.Response:
    """The answer, whatever its status. Raises httpx.TransportError after the last attempt."""
    for pause_seconds in PAUSES_SECONDS:
        try:
            return client.get(link.url, headers=dict(link.headers))
        except httpx.TransportError:
            sleep(pause_seconds)
    return client.get(link.url, headers=dict(link.headers))


def save(client: httpx.Client, link: Link, path: Path, watch: Watch) -> None:
    """Write what is at an address to `path`, which is never held in memory as a whole.

    Raises httpx.HTTPError after the last attempt, or when the server refuses.
    """
    for pause_seconds in PAUSES_SECONDS:
        try:
            return _save_once(client, link, path, watch)
        except httpx.TransportError:
            sleep(pause_seconds)
    return _save_once(client, link, path, watch)


def _save_once(client: httpx.Client, link: Link, path: Path, watch: Watch) -> None:
    with (
        client.stream("GET", link.url, headers={**link.headers, **AS_IT_IS}) as response,
        path.open("wb") as file,
    ):
        response.raise_for_status()
        total = int(response.headers.get("Content-Length", 0))
        for part in response.iter_raw():
            file.write(part)
            watch(response.num_bytes_downloaded, total)


def describe_failure(error: Exception) -> str:
    """The reason, without the address of the request, which may contain a password."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP status {error.response.status_code}"
    return str(error) or type(error).__name__
