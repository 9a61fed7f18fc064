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

from api.media_types import JSON
from api.schemas.errors import ErrorBody, ErrorDetail
from api.schemas.health import HealthOut
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


def _write(status: HTTPStatus, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {int(status)} {status.phrase}\r\nConnection: close\r\n"
        f"Content-Type: {JSON}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def write_alive() -> bytes:
    """The answer of `/healthz`, which its view would give, too."""
    return _write(HTTPStatus.OK, HealthOut(status="ok").model_dump_json().encode())


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
    error = ErrorDetail(code=code, message=MESSAGES[status])
    body = ErrorBody(error=error).model_dump_json().encode()
    return _write(status, body)
