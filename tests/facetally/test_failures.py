"""What goes wrong between client and server, as errors of the client."""

import importlib.util

import httpx
import pytest

import facetally
from facetally import Client, Item
from facetally.connection import Connection
from tests.support.work.addresses import URIS


def answering(status: int, body: bytes) -> Client:
    """A client of a server with one answer to everything."""
    answer = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    return Client("http://server", transport=answer)


@pytest.mark.skipif(bool(importlib.util.find_spec("pandas")), reason="pandas is installed")
def test_a_missing_package_is_named(served: Client, finished: facetally.Job) -> None:
    with pytest.raises(facetally.MissingPackage, match="pip install pandas"):
        finished.to_pandas()
    with pytest.raises(facetally.MissingPackage, match="pip install pandas"):
        served.audience().to_pandas()


def test_a_line_break_inside_of_a_name_does_not_end_its_line(served: Client) -> None:
    job = served.submit(Item(URIS[0], "a\N{LINE SEPARATOR}b"))

    assert [result.name for result in job.results()] == ["a\N{LINE SEPARATOR}b"]


def test_lines_are_whole_wherever_blocks_are_cut() -> None:
    blocks = [b"on", b"e", b"\ntwo\n\nth", b"", b"ree"]
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=iter(blocks)))
    connection = Connection("server", None, transport)

    assert list(connection.stream_lines("/", {})) == [b"one", b"two", b"", b"three"]


def test_a_server_that_does_not_run_is_unreachable() -> None:
    with Client("http://127.0.0.1:1") as client, pytest.raises(facetally.ServerUnreachable):
        client.job(1)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, b'{"error": {"code": "away", "message": "Later."}}', facetally.ServerUnavailable),
        (502, b"<html>", facetally.ServerUnavailable),
        (200, b"<html>", facetally.UnexpectedAnswer),
        (200, b"{}", facetally.UnexpectedAnswer),
        (404, b"<html>", facetally.ApiError),
        (401, b'{"error": "no"}', facetally.ApiError),
    ],
)
def test_every_failure_is_an_error_of_the_client(
    status: int, body: bytes, error: type[facetally.Error]
) -> None:
    with pytest.raises(error):
        answering(status, body).job(1)


def test_a_problem_says_what_is_wrong_and_when_to_try_again() -> None:
    answer = httpx.Response(429, headers={"Retry-After": "7"}, json={"detail": "Too many."})
    client = Client("http://server", transport=httpx.MockTransport(lambda _: answer))
    with pytest.raises(facetally.ApiError, match="Too many") as caught:
        client.job(1)
    assert (caught.value.status, caught.value.retry_after_seconds) == (429, 7)


@pytest.mark.parametrize(
    ("url", "key"),
    [("http://server:port", None), ("ftp://server", None), ("server", "k\N{EM DASH}")],
)
def test_an_address_or_key_that_cannot_be_used_is_refused(url: str, key: str | None) -> None:
    with pytest.raises(facetally.InvalidAddress):
        Client(url, key).job(1)
