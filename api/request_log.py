"""A number for each request, which is in every line that it leaves in logs, here and in workers,
and one line for each request that was answered."""

import logging
import re
from secrets import token_hex
from time import monotonic

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from api.origins import find_address

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
# What a proxy or a client may choose.
GIVEN = re.compile(r"[A-Za-z0-9._:-]{1,64}")
LONGEST_PATH = 200


def find_request_id() -> str | None:
    """The number of this request; None outside of requests of an application that logs them."""
    found = g.get("request_id")
    return found if isinstance(found, str) else None


def log_requests(app: Flask, *, every: bool) -> None:
    """Number all requests, and log `every` one of them when its answer begins.

    Queries are left out: they may hold what only its owner should read.
    """

    def start() -> None:
        given = request.headers.get(HEADER, "")
        g.request_id = given if GIVEN.fullmatch(given) else token_hex(8)
        g.arrived = monotonic()
        # The thread may have served another request before.
        clear_contextvars()
        bind_contextvars(request_id=g.request_id)

    def end(response: Response) -> Response:
        response.headers[HEADER] = g.request_id
        if every:
            logger.info("request answered", extra=_describe(response))
        return response

    app.before_request(start)
    app.after_request(end)


def _describe(response: Response) -> dict[str, object]:
    return {
        "method": request.method,
        "path": request.path[:LONGEST_PATH],
        "status": response.status_code,
        "bytes": response.content_length,
        "milliseconds": round((monotonic() - g.arrived) * 1000),
        "address": find_address(),
    }
