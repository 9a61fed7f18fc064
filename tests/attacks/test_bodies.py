"""Bodies larger than anyone needs: none is taken before the key, and none fills memory."""

import json
import socket
import threading
from contextlib import suppress

import httpx
import pytest

from facetally import ApiError, Client
from tests.support.programs.cli import wait_for
from tests.support.programs.target import MEBIBYTE, Target, make_head, read_answer, size

FORM = "Content-Type: application/x-www-form-urlencoded"
PARTS = "Content-Type: multipart/form-data; boundary=b"
JSON = "Content-Type: application/json"
HUGE = "Content-Length: 4294967296"
CHUNKED = "Transfer-Encoding: chunked"
BLOCK = b"a" * MEBIBYTE
MOST_MORE_BYTES = 200 * MEBIBYTE


def attack(target: Target, head: bytes, block: bytes = BLOCK) -> tuple[int, bytes]:
    """Send a body that does not end while the answer is awaited: its status, and the answer."""

    def pour() -> None:
        with suppress(OSError):
            for _ in range(size(64, 4096)):
                connection.sendall(block)

    with target.connect() as connection:
        connection.sendall(head)
        sender = threading.Thread(target=pour)
        sender.start()
        status, body = read_answer(connection)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        sender.join()
    return status, body


@pytest.mark.parametrize(
    ("path", "field"),
    [
        pytest.param("/v1/jobs", JSON, id="json"),
        pytest.param("/v1/jobs", PARTS, id="form"),
        pytest.param("/v1/jobs", FORM, id="other form"),
        pytest.param("/v1/jobs/1/items", "Content-Type: text/csv", id="manifest"),
        pytest.param("/v1/analyze", "Content-Type: image/jpeg", id="picture"),
        pytest.param("/video_feed", JSON, id="feed"),
    ],
)
def test_a_body_without_a_key_is_not_taken(target: Target, path: str, field: str) -> None:
    refused = len(target.find_log("request refused", "status=401", path))
    with target.bounded_memory(MOST_MORE_BYTES):
        assert attack(target, make_head("POST", path, field, HUGE, key=None))[0] in (401, 405)
    if path != "/video_feed":
        wait_for(
            lambda: len(target.find_log("request refused", "status=401", path)) > refused, "a line"
        )


@pytest.mark.parametrize("kind", [FORM, PARTS])
@pytest.mark.parametrize("length", [HUGE, CHUNKED])
def test_the_form_of_the_log_in_takes_some_kilobytes(
    target: Target, kind: str, length: str
) -> None:
    block = b"%x\r\n%s\r\n" % (len(BLOCK), BLOCK) if length == CHUNKED else BLOCK
    with target.bounded_memory(MOST_MORE_BYTES):
        status, _ = attack(target, make_head("POST", "/login", kind, length, key=None), block)
    # Of a body of unknown length, the first kilobytes are read: they are no key, or no whole form.
    assert status == (401 if (kind, length) == (FORM, CHUNKED) else 413)


def test_a_body_that_needs_an_invitation_gets_none_without_a_key(target: Target) -> None:
    with target.connect() as connection:
        connection.sendall(make_head("POST", "/v1/jobs", HUGE, "Expect: 100-continue", key=None))
        status, _ = read_answer(connection)
    assert status == 401


def test_a_body_with_a_key_is_invited(target: Target) -> None:
    body = b'{"items": []}'
    with target.connect() as connection:
        length = f"Content-Length: {len(body)}"
        connection.sendall(make_head("POST", "/v1/jobs", JSON, length, "Expect: 100-continue"))
        assert connection.recv(1 << 16) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        connection.shutdown(socket.SHUT_WR)
        status, _ = read_answer(connection)
    assert status == 422


def test_a_client_that_sends_first_and_reads_later_sees_the_refusal(target: Target, tmp_path):
    (tmp_path / "large.jpg").write_bytes(BLOCK * size(16, 256))
    with Client(target.url, "wrong") as client, pytest.raises(ApiError) as refusal:
        client.submit(tmp_path / "large.jpg")
    # The latter where other attacks have set off the brake on wrong keys.
    assert refusal.value.status in (401, 429)


@pytest.mark.parametrize("mebibytes", [8.8, 31.0])
def test_a_list_of_empty_items_costs_no_memory(target: Target, mebibytes: float) -> None:
    count = int(mebibytes * MEBIBYTE) // 3
    body = b'{"items": [' + b",".join([b"{}"] * count) + b"]}"
    with target.bounded_memory(MOST_MORE_BYTES):
        answer = target.client.post(
            "/v1/jobs", content=body, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"items": [{}] * 9999}, id="empty items"),
        pytest.param({"items": [{"uri": ""}] * 9999}, id="empty addresses"),
        pytest.param({f"unknown {number}": 1 for number in range(100_000)}, id="unknown fields"),
        pytest.param(
            {"items": [{"uri": "file:///a", **{f"u{number}": 1 for number in range(99)}}] * 5000},
            id="items with unknown fields",
        ),
        pytest.param(
            {"items": [{"uri": "file:///a", "dimensions": {f"d{n}": 1 for n in range(99)}}] * 2000},
            id="items with many dimensions",
        ),
        pytest.param({"x" * 7_000_000: 1}, id="a long name"),
        pytest.param({"items": [], "tags": [1] * 1_000_000}, id="tags"),
        pytest.param({"items": [[[]]] * 9000}, id="lists"),
    ],
)
def test_the_sender_does_not_choose_how_long_an_answer_is(target: Target, body: object) -> None:
    with target.bounded_memory(MOST_MORE_BYTES):
        answer = target.client.post("/v1/jobs", json=body)
    assert answer.status_code == 422
    assert len(answer.content) < 20_000
    assert len(answer.json()["error"]["details"]) <= 20


def make_parts(count: int, headers: str) -> bytes:
    part = f"--b\r\nContent-Disposition: form-data; {headers}\r\n\r\nx\r\n"
    return part.encode() * count + b"--b--\r\n"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(make_parts(20_000, 'name="a"'), id="fields"),
        pytest.param(make_parts(1, 'name="a"' + ";a=b" * 100_000), id="long header"),
        pytest.param(make_parts(1, 'name="a"\r\nX-A: ' + "b\r\nX-A: " * 50_000), id="headers"),
        pytest.param(b"--b\r\n" + b"X" * (2 << 20), id="no end of a header"),
        pytest.param(
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"x" * (2 << 20),
            id="long field",
        ),
    ],
)
def test_the_parts_of_a_form_are_bounded(target: Target, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    with target.bounded_memory(MOST_MORE_BYTES):
        answer = target.client.post("/v1/jobs", content=body, headers=headers)
    assert answer.status_code == 413


def test_a_form_of_many_small_files_leaves_the_server_free(target: Target) -> None:
    count = size(500, 20_000)
    body = make_parts(count, 'name="files"; filename="a.jpg"')
    answers: list[httpx.Response] = []

    def send() -> None:
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        answers.append(target.client.post("/v1/jobs", content=body, headers=headers, timeout=300))

    sender = threading.Thread(target=send)
    sender.start()
    while sender.is_alive():
        target.check_health()
    assert answers[0].status_code == 202
    assert answers[0].json()["counts"]["items"] == count
    target.client.delete(f"/v1/jobs/{answers[0].json()['id']}")


def test_a_manifest_with_absurd_lines_is_refused(target: Target) -> None:
    line = json.dumps({f"u{number}": 1 for number in range(60_000)}).encode()
    headers = {"Content-Type": "application/x-ndjson"}
    with target.bounded_memory(MOST_MORE_BYTES):
        answer = target.client.post("/v1/jobs", content=line, headers=headers)
    assert answer.status_code == 422
    assert len(answer.content) < 20_000
