"""A request is whole once its head and a small body have arrived, however its bytes are cut."""

import pytest

from api.server.gathering import MOST_BODY_BYTES, MOST_HEAD_BYTES, Gathering

SMALL = b"POST /login?a=b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde"


def gather(content: bytes, step: int) -> tuple[Gathering, list[bool]]:
    request = Gathering()
    blocks = [content[start : start + step] for start in range(0, len(content), step)]
    return request, [request.add(block) for block in blocks]


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_a_small_body_is_waited_for(step: int) -> None:
    request, seen = gather(SMALL, step)
    assert seen == [False] * (len(seen) - 1) + [True]
    assert (request.path, request.has_more, bytes(request.content)) == ("/login", False, SMALL)


@pytest.mark.parametrize("step", [1, 1000])
@pytest.mark.parametrize(
    "field",
    [
        f"Content-Length: {MOST_BODY_BYTES + 1}",
        "content-length:99999999999",
        "Transfer-Encoding: chunked",
        "Content-Length: 5\r\nExpect: 100-continue",
    ],
)
def test_any_other_body_is_left_to_a_thread(field: str, step: int) -> None:
    head = f"POST /v1/jobs HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n".encode()
    request, seen = gather(head, step)
    assert seen[-1]
    assert not any(seen[:-1])
    assert request.has_more


@pytest.mark.parametrize("step", [1, 1000])
@pytest.mark.parametrize(
    "content", [b"GET / HTTP/1.1\n", b"GET / HTTP/1.1\r\nA: b\nC: d\r\n", b"\n"]
)
def test_what_is_no_http_is_not_waited_for(content: bytes, step: int) -> None:
    assert gather(content, step)[1][-1]


def test_a_head_has_a_limit() -> None:
    request, seen = gather(b"GET / HTTP/1.1\r\nA: " + b"b" * MOST_HEAD_BYTES, 1000)
    assert request.is_too_large
    assert not any(seen)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (b"GET http://a/healthz?x HTTP/1.1", "/healthz"),
        (b"GET /a%20b HTTP/1.1", "/a%20b"),
        (b"OPTIONS * HTTP/1.1", "*"),
        (b"GET http://[ HTTP/1.1", "/"),
        (b"GET", "/"),
    ],
)
def test_the_path_is_that_of_the_request_line(line: bytes, path: str) -> None:
    assert gather(line + b"\r\nHost: a\r\n\r\n", 1000)[0].path == path
