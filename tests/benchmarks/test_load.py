"""What the clients of `make bench-load` see: latencies of answers, and every error."""

from benchmarks.deployments.pollers import poll
from benchmarks.load import _summarize
from tests.support.servers.web import WebServer, answer, in_turn


def close_connection(request: object) -> None:
    request.close_connection = True


def test_every_answer_and_every_error_is_counted() -> None:
    with WebServer() as web:
        web.pages["/v1/jobs/1"] = answer(body=b"{}", ETag='"one"')
        web.pages["/v1/jobs/2"] = answer(503)
        web.pages["/v1/jobs/3"] = close_connection
        polled = poll(web.url, [1, 2, 3], clients=6, seconds=1.5)
        tags = [headers.get("If-None-Match") for path, headers in web.asked if path[-1] == "1"]
    figures = _summarize(polled)
    assert set(figures["errors"]) == {"503", "IncompleteReadError"}
    assert figures["requests"] == len(polled.latencies) + polled.errors["IncompleteReadError"]
    assert min(polled.latencies) > 0
    assert figures["p50_ms"] <= figures["p95_ms"] <= figures["p99_ms"]
    assert set(tags) <= {None, '"one"'}


def test_a_connection_that_the_server_closed_is_no_error() -> None:
    with WebServer() as web:
        closing = answer(body=b"{}", Connection="close")
        web.pages["/v1/jobs/1"] = in_turn(closing, answer(body=b"{}"))
        polled = poll(web.url, [1], clients=1, seconds=3)
    assert polled.errors == {}
    assert len(polled.latencies) >= 2
