"""The server that a command talks to; what the client raises becomes one line with a hint."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from cli.exits import CommandFailed
from cli.variables import KEY_VARIABLE
from facetally import ApiError, Client, Error, ServerUnreachable


@contextmanager
def open_client(url: str, key: str | None = None) -> Iterator[Client]:
    """A client whose errors end the command; it is closed on exit."""
    try:
        with Client(url, key) as client:
            yield client
    except Error as error:
        raise CommandFailed(_explain(error)) from error


def _explain(error: Error) -> str:
    if isinstance(error, ServerUnreachable):
        return f"{error} Start one with `facetally serve`, or give --url."
    if isinstance(error, ApiError) and error.status == HTTPStatus.UNAUTHORIZED:
        return f"{error} Give the key with --key, or set {KEY_VARIABLE}."
    return str(error)
