"""Log lines as text and as JSON."""

import json
import logging
import sys

import pytest
from structlog.contextvars import bound_contextvars

from worker.logs import LogFormat, make_formatter


def write(log_format: LogFormat, *, failed: bool = False) -> str:
    """The line of a chunk that was recorded, in the context of a request."""
    fault = None
    try:
        if failed:
            raise ValueError("two\nlines")
    except ValueError:
        fault = sys.exc_info()
    record = logging.makeLogRecord(
        {"name": "worker.chunks", "levelname": "INFO", "msg": "chunk recorded", "exc_info": fault}
    )
    record.faces = 12
    with bound_contextvars(request_id="r1"):
        return make_formatter(log_format).format(record)


def test_a_line_of_json_has_its_fields_and_those_of_its_context() -> None:
    line = json.loads(write("json"))
    timestamp = line.pop("timestamp")
    assert timestamp.endswith("Z")
    assert line == {
        "level": "info",
        "logger": "worker.chunks",
        "message": "chunk recorded",
        "request_id": "r1",
        "faces": 12,
    }


def test_an_error_is_one_line_of_json_with_its_traceback() -> None:
    [text] = write("json", failed=True).splitlines()
    assert "ValueError: two\nlines" in json.loads(text)["exception"]


@pytest.mark.parametrize("failed", [False, True], ids=["sound", "failed"])
def test_a_line_of_text_ends_with_its_fields(failed: bool) -> None:
    first, *rest = write("text", failed=failed).splitlines()
    words = "INFO worker.chunks chunk recorded request_id='r1' faces=12"
    assert first.partition(" ")[2] == words
    assert bool(rest) is failed
