"""What is no request is answered as every other error is."""

from http import HTTPStatus

import pytest

from api.headers import HEADERS
from api.schemas.errors import ErrorBody
from api.server.refusals import MESSAGES, write_refusal


@pytest.mark.parametrize("status", MESSAGES)
def test_the_server_itself_answers_with_a_problem(status: HTTPStatus) -> None:
    head, _, body = write_refusal(status, "192.0.2.1").decode().partition("\r\n\r\n")
    first, *fields = head.split("\r\n")
    assert first == f"HTTP/1.1 {status.value} {status.phrase}"
    sent = dict(field.split(": ", 1) for field in fields)
    assert sent["Content-Type"] == "application/problem+json"
    assert sent["Cache-Control"] == "no-store"
    assert HEADERS.items() <= sent.items()
    assert int(sent["Content-Length"]) == len(body)
    problem = ErrorBody.model_validate_json(body)
    assert (problem.status, problem.title) == (status, status.phrase)
    assert problem.detail == problem.error.message == MESSAGES[status]
