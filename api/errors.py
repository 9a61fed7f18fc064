"""One shape for every error, from 400 to 500: `{"error": {"code", "message", "details"}}`; a page
for who reads pages."""

import logging
from http import HTTPStatus
from typing import Any, TypeAlias, TypeVar

from flask import Response, abort, request
from flask_openapi3 import OpenAPI
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import (
    DataError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,
)
from werkzeug.exceptions import HTTPException

from api.live.cameras import SourceUnavailable
from api.pages.error import show_error
from api.pages.rendering import wants_page
from api.schemas.responses import ErrorBody, ErrorDetail
from db.states import ErrorCode
from models.errors import FacetallyError
from worker.queue.lane import LaneUnavailable, PictureRefused
from worker.sources.store import StorageUnavailable

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
Responses: TypeAlias = dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None]
# What any call may answer, for the OpenAPI document.
ERRORS: Responses = {
    str(int(status)): ErrorBody
    for status in (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
}


def answers(model: type[BaseModel] | dict[Any, Any], status: int) -> Responses:
    """What a call about one thing may answer: the thing, or that there is none."""
    return {status: model, 404: ErrorBody}


class ApiError(FacetallyError):
    """A request that is refused: the handler turns it into an answer."""

    def __init__(self, status: HTTPStatus, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code or status.name.lower()


def handle_errors(app: OpenAPI) -> None:
    """Register the handlers."""
    app.register_error_handler(ApiError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(PictureRefused, _picture)
    app.register_error_handler(LaneUnavailable, _lane)
    app.register_error_handler(SourceUnavailable, _source)
    app.register_error_handler(DataError, _unstorable)
    for unreachable in (OperationalError, InterfaceError, TimeoutError):
        app.register_error_handler(unreachable, _database)
    app.register_error_handler(StorageUnavailable, _storage)
    app.register_error_handler(Exception, _fault)


ModelT = TypeVar("ModelT", bound=BaseModel)


def refuse_repeats() -> None:
    """Where one value of a parameter is taken, a second one is a mistake, and told."""
    for name, values in request.args.lists():
        if len(values) > 1:
            message = f"The request is not valid. {name}: given {len(values)} times, but taken once"
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, message, "invalid_request")


def validate(model: type[ModelT], value: object) -> ModelT:
    """`value` as a `model`, or the request ends with the answer that says why not."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        abort(explain_invalid(error))


def validate_json(model: type[ModelT], body: bytes) -> ModelT:
    """A body of JSON as a `model`, or the request ends with the answer that says why not."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors()[0]
        if fault["type"] != "json_invalid":
            abort(explain_invalid(error))
        problem = f"The body must be JSON. {fault['msg']}"
        raise ApiError(HTTPStatus.BAD_REQUEST, problem) from None


def explain_invalid(error: ValidationError) -> Response:
    """422 with a line for each field at fault."""
    details = [
        {"field": ".".join(str(part) for part in fault["loc"]), "problem": fault["msg"]}
        for fault in error.errors()
    ]
    named = [f"{detail['field']}: {detail['problem']}".lstrip(": ") for detail in details[:3]]
    message = "The request is not valid. " + "; ".join(named)
    return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", message, details)


def _answer(
    status: int, code: str, message: str, details: list[dict[str, str]] | None = None
) -> Response:
    if wants_page():
        return show_error(status, code, message)
    body = ErrorBody(error=ErrorDetail(code=code, message=message, details=details or []))
    response = Response(body.model_dump_json(), status, mimetype="application/json")
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _refused(error: ApiError) -> Response:
    return _answer(error.status, error.code, str(error))


def _http(error: HTTPException) -> Response:
    if error.response is not None and isinstance(error.response, Response):
        return error.response
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    response = _answer(status, status.name.lower(), error.description or status.phrase)
    for name, value in error.get_headers():
        if name in ("Allow", "Content-Range"):
            response.headers[name] = value
    return response


def _picture(error: PictureRefused) -> Response:
    fault_of_ours = error.code is ErrorCode.INTERNAL
    status = HTTPStatus.INTERNAL_SERVER_ERROR if fault_of_ours else HTTPStatus.UNPROCESSABLE_ENTITY
    return _answer(status, error.code, str(error))


def _lane(error: LaneUnavailable) -> Response:
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "no_interactive_worker", str(error))


def _source(error: SourceUnavailable) -> Response:
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "source_unavailable", str(error))


def _unstorable(error: DataError) -> Response:
    message = "The request holds a value that the database does not take, such as a NUL."
    return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", message)


def _database(error: SQLAlchemyError) -> Response:
    logger.warning("database refused a request", extra={"error": str(error)})
    message = "The database is away; try again in a moment."
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "database_unavailable", message)


def _storage(error: StorageUnavailable) -> Response:
    logger.error("storage failed", extra={"error": str(error)})
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "storage_unavailable", str(error))


def _fault(error: Exception) -> Response:
    logger.exception("request failed")
    message = "The request failed through a fault of ours, which was logged."
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", message)
