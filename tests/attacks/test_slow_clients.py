"""Clients that are slow or idle, more of them than there are threads: they occupy none."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx

from tests.support.media.sample_pictures import encode_scene
from tests.support.programs.cli import wait_for
from tests.support.programs.target import Target, make_head, many_sockets, read_answer, size

COUNT = size(60, 600)
# More than there are threads for uploads, and for calls.
UPLOADS = 40
STREAMS = size(40, 300)
JSON = "Content-Type: application/json"


def test_idle_connections_cost_nothing(target: Target) -> None:
    with many_sockets(target, COUNT):
        for _ in range(5):
            target.check_health()


def test_more_connections_than_it_takes_do_not_shut_others_out(target: Target) -> None:
    """The oldest ones make room."""
    with many_sockets(target, size(400, 2500), b"GET /v1/jobs HTTP/1.1\r\n"):
        for _ in range(5):
            target.check_health()


def test_heads_that_arrive_byte_by_byte_cost_nothing(target: Target) -> None:
    head = make_head("GET", "/v1/jobs", "Connection: close")
    with many_sockets(target, COUNT) as sockets:
        for byte in head[:40]:
            # Those that take too long are refused.
            with suppress(OSError):
                for one in sockets:
                    one.sendall(bytes([byte]))
            target.check_health()
    with many_sockets(target, 5, head[:40]) as sockets:
        for one in sockets:
            one.sendall(head[40:])
            assert read_answer(one)[0] == 200


def test_small_bodies_that_do_not_arrive_cost_nothing(target: Target) -> None:
    with (
        many_sockets(target, COUNT, make_head("POST", "/login", "Content-Length: 4000", key=None)),
        many_sockets(target, COUNT, make_head("POST", "/v1/jobs", JSON, "Content-Length: 60000")),
    ):
        for _ in range(5):
            target.check_health()


def test_a_request_that_does_not_arrive_in_time_is_refused(target: Target) -> None:
    refused = len(target.find_log("request refused", "status=408"))
    with many_sockets(target, 3, make_head("POST", "/v1/jobs", "Content-Length: 9")[:-4]) as slow:
        for one in slow:
            assert read_answer(one)[0] == 408
    wait_for(lambda: len(target.find_log("request refused", "status=408")) == refused + 3, "lines")


def test_uploads_that_stall_leave_threads_for_other_calls(target: Target) -> None:
    form = "Content-Type: multipart/form-data; boundary=b"
    head = make_head("POST", "/v1/jobs", form, "Content-Length: 9999999")
    with many_sockets(target, UPLOADS, head + b"--b\r\n") as sockets:
        for _ in range(5):
            target.check_health()
        assert read_answer(sockets[0])[0] == 408


def test_clients_that_do_not_close_their_connections_do_not_stop_others(target: Target) -> None:
    with many_sockets(target, COUNT, b"GET /healthz HTTP/1.0\r\n\r\n"):
        for _ in range(5):
            target.check_health()


def test_clients_that_read_no_answer_do_not_stop_others(target: Target) -> None:
    pipeline = make_head("GET", "/openapi.json") * 50
    with many_sockets(target, size(40, 200)) as sockets:
        for one in sockets:
            one.setblocking(False)
            one.send(pipeline)
        for _ in range(5):
            target.check_health()


def test_what_is_no_http_is_refused_and_logged(target: Target) -> None:
    refused = len(target.find_log("request refused", "status=400"))
    for content in (b"GET / HTTP/1.1\n\n", b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"):
        with many_sockets(target, 1, content) as [one]:
            status, body = read_answer(one)
            assert status == 400
            assert b'"code":"bad_request"' in body
    with many_sockets(target, 1, b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000) as [one]:
        assert read_answer(one)[0] == 431
    wait_for(lambda: len(target.find_log("request refused", "status=400")) == refused + 4, "lines")


def test_streams_and_pictures_leave_threads_for_other_calls(target: Target) -> None:
    job = target.client.post("/v1/jobs", json={"draft": True}).json()["id"]
    picture = encode_scene("JPEG")

    def analyze(_: int) -> int:
        headers = {"Authorization": target.client.headers["Authorization"]}
        return httpx.post(
            f"{target.url}/v1/analyze", content=picture, headers=headers, timeout=120
        ).status_code

    with (
        many_sockets(target, STREAMS, make_head("GET", f"/v1/jobs/{job}/events")) as streams,
        ThreadPoolExecutor(24) as pool,
    ):
        statuses = pool.map(analyze, range(24))
        for _ in range(5):
            target.check_health()
        for one in streams:
            assert one.recv(1 << 16).startswith(b"HTTP/1.1 200 OK")
        assert set(statuses) <= {200, 503}
        target.client.post(f"/v1/jobs/{job}/cancel")
        ends = [read_until_end(one) for one in streams[:5]]
    assert all(b'"state":"cancelled"' in end for end in ends)


def read_until_end(connection) -> bytes:
    return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def test_a_process_that_hangs_is_not_the_only_one(target: Target) -> None:
    victim = target.find_api()[0]
    victim.suspend()
    try:
        # It accepts no connection: the other one does.
        assert all(_is_healthy(target) for _ in range(20))
    finally:
        victim.resume()


def _is_healthy(target: Target) -> bool:
    try:
        return target.prober.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False
