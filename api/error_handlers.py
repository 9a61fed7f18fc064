"""Every error as an answer, from 400 to 500: a problem as RFC 9457 has it for programs, and a page
for people."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar

from flask import Flask, Response, request
from sqlalchemy.exc import (
    DataError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,
)
from werkzeug.exceptions import BadRequest, HTTPException, NotFound, RequestEntityTooLarge

from api.access.callers import find_caller
from api.errors import ApiError, Details
from api.live.cameras import SourceUnavailable
from api.media_types import PROBLEM
from api.origins import find_address
from api.schemas.errors import ErrorBody
from db.states import ErrorCode
from db.submissions.quotas import QuotaExceeded
from models.errors import FAULT_MESSAGE
from worker.queue.messages import LaneUnavailable, PictureRefused
from worker.sources.store import StorageUnavailable

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
QUOTA_SECONDS = 60
# Refusals that an operator looks for; the others are mistakes of a caller who may call.
LOGGED = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
LONGEST_PATH = 200
# In place of what werkzeug tells.
DESCRIPTIONS: Mapping[type[HTTPException], str] = {
    BadRequest: "The request cannot be read. Compare it with /docs.",
    RequestEntityTooLarge: "The request is larger than this call takes. Send it in parts.",
}
PASSED_ON_HEADERS = ("Allow", "Content-Range")


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error's answer says."""

    status: HTTPStatus
    code: str
    message: str
    details: Details = ()
    headers: Mapping[str, str] = field(default_factory=dict)


ErrorT = TypeVar("ErrorT", bound=Exception)
# Given status, code and message: a page, or None if the client is a program.
ShowPage = Callable[[int, str, str], Response | None]


def handle_errors(app: Flask, show_page: ShowPage) -> None:
    """Register a handler for every error; `show_page` answers people."""

    def handle(error_type: type[ErrorT], make_problem: Callable[[ErrorT], Problem]) -> None:
        def answer(error: ErrorT) -> Response:
            problem = make_problem(error)
            _log_refusal(problem)
            page = show_page(problem.status, problem.code, problem.message)
            response = _reply_json(problem) if page is None else page
            _add_headers(response, problem)
            return response

        app.register_error_handler(error_type, answer)

    handle(ApiError, _problem_of_refusal)
    handle(HTTPException, _problem_of_http)
    handle(PictureRefused, _problem_of_picture)
    handle(LaneUnavailable, _problem_of_lane)
    handle(SourceUnavailable, _problem_of_source)
    handle(StorageUnavailable, _problem_of_storage)
    handle(QuotaExceeded, _problem_of_quota)
    handle(DataError, _problem_of_value)
    for unreachable in (OperationalError, InterfaceError, TimeoutError):
        handle(unreachable, _problem_of_database)
    handle(Exception, _problem_of_fault)


def _log_refusal(problem: Problem) -> None:
    if problem.status in LOGGED:
        fields = {
            "status": int(problem.status),
            "code": problem.code,
            "method": request.method,
            "path": request.path[:LONGEST_PATH],
            "address": find_address(),
        }
        if (caller := find_caller()) is not None:
            fields["caller"] = caller.name
        logger.warning("request refused", extra=fields)


def _reply_json(problem: Problem) -> Response:
    body = ErrorBody.of(problem.status, problem.code, problem.message, problem.details)
    response = Response(body.model_dump_json(), problem.status, mimetype=PROBLEM)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _add_headers(response: Response, problem: Problem) -> None:
    response.headers.update(problem.headers)
    if problem.status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        response.headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))


def _problem_of_refusal(error: ApiError) -> Problem:
    seconds = error.retry_after_seconds
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return Problem(error.status, error.code, str(error), error.details, headers)


def _problem_of_http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    headers = {name: value for name, value in error.get_headers() if name in PASSED_ON_HEADERS}
    return Problem(status, status.name.lower(), _describe_http(error, status), headers=headers)


def _describe_http(error: HTTPException, status: HTTPStatus) -> str:
    """Our own description of an error; werkzeug's tells a reader of a browser's address bar."""
    if error.description != type(error).description:
        return error.description or status.phrase
    if isinstance(error, NotFound):
        return f"There is nothing at {request.path[:LONGEST_PATH]}."
    return DESCRIPTIONS.get(type(error), error.description or status.phrase)


def _problem_of_picture(error: PictureRefused) -> Problem:
    is_internal = error.code is ErrorCode.INTERNAL
    status = HTTPStatus.INTERNAL_SERVER_ERROR if is_internal else HTTPStatus.UNPROCESSABLE_ENTITY
    return Problem(status, error.code, str(error))


def _problem_of_lane(error: LaneUnavailable) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "no_interactive_worker", str(error))


def _problem_of_source(error: SourceUnavailable) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "source_unavailable", str(error))


def _problem_of_quota(error: QuotaExceeded) -> Problem:
    if not error.passes:
        return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "quota_exceeded", str(error))
    headers = {"Retry-After": str(QUOTA_SECONDS)}
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, "quota_exceeded", str(error), headers=headers)


def _problem_of_storage(error: StorageUnavailable) -> Problem:
    logger.error("storage failed", extra={"error": str(error)})
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "storage_unavailable", str(error))


def _problem_of_value(error: DataError) -> Problem:
    message = "The request contains a value that the database cannot store, such as a NUL."
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", message)


def _problem_of_database(error: SQLAlchemyError) -> Problem:
    logger.warning("database refused a request", extra={"error": str(error)})
    message = "The database is unavailable. Try again in a moment."
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "database_unavailable", message)


def _problem_of_fault(error: Exception) -> Problem:
    logger.exception("request failed")
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", FAULT_MESSAGE)
