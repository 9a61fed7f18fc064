"""Answers to what gunicorn cannot parse, in the one shape of errors."""

import logging
from http import HTTPStatus

from gunicorn.http.errors import (
    ExpectationFailed,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)

from api.headers import HEADERS
from api.media_types import JSON, PROBLEM
from api.operator_schemas.health import HealthOut
from api.schemas.errors import ErrorBody
from models.errors import FAULT_MESSAGE

logger = logging.getLogger(__name__)

STATUSES: dict[type[Exception], HTTPStatus] = {
    LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
}
MESSAGES = {
    HTTPStatus.BAD_REQUEST: "This is not a valid HTTP/1.1 request.",
    HTTPStatus.REQUEST_TIMEOUT: "The request did not arrive in time. Send it again.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The address is too long. Send a body instead.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers are too large. Send fewer.",
    HTTPStatus.NOT_IMPLEMENTED: "This Transfer-Encoding is not supported. Send the body chunked.",
    HTTPStatus.EXPECTATION_FAILED: "The only supported expectation is 100-continue.",
    HTTPStatus.INTERNAL_SERVER_ERROR: FAULT_MESSAGE,
}


def _write(status: HTTPStatus, body: bytes, media_type: str) -> bytes:
    fields = {
        "Connection": "close",
        "Content-Type": media_type,
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        **HEADERS,
    }
    lines = [f"HTTP/1.1 {int(status)} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def write_alive() -> bytes:
    """The answer of `/healthz`, which its view would give, too."""
    return _write(HTTPStatus.OK, HealthOut(status="ok").model_dump_json().encode(), JSON)


def find_status(error: Exception) -> HTTPStatus:
    """The status for what gunicorn raised."""
    for kind, status in STATUSES.items():
        if isinstance(error, kind):
            return status
    is_theirs = isinstance(error, ParseException)
    return HTTPStatus.BAD_REQUEST if is_theirs else HTTPStatus.INTERNAL_SERVER_ERROR


def write_refusal(status: HTTPStatus, client: object) -> bytes:
    """A whole answer, after which the connection closes. The refusal is logged."""
    logger.warning("request refused", extra={"status": int(status), "address": client})
    code = "internal" if status == HTTPStatus.INTERNAL_SERVER_ERROR else status.name.lower()
    body = ErrorBody.of(status, code, MESSAGES[status]).model_dump_json().encode()
    return _write(status, body, PROBLEM)
