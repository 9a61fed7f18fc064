"""The body of an error, and which errors each call may answer with."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Self, TypeAlias

from pydantic import BaseModel

from api.media_types import PROBLEM


class ErrorDetail(BaseModel):
    """What went wrong: `code` for a program, `message` for a person; `details` names each field at
    fault."""

    code: str
    message: str
    details: list[dict[str, str]] = []


class ErrorBody(BaseModel):
    """Every answer from 400 up is such a problem, as RFC 9457 has it; `error` is our extension.

    `type` is always `about:blank`: the code says which kind of problem it is. `title` is the name
    of the status, and `detail` the message.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    error: ErrorDetail

    @classmethod
    def of(
        cls, status: HTTPStatus, code: str, message: str, details: Sequence[Mapping[str, str]] = ()
    ) -> Self:
        error = ErrorDetail(code=code, message=message, details=[dict(one) for one in details])
        return cls(title=status.phrase, status=status, detail=message, error=error)


Responses: TypeAlias = dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None]


def problem(status: int) -> dict[str, Any]:
    """An error in the OpenAPI document: a reference, as making a schema takes time at start."""
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
    return {"description": HTTPStatus(status).phrase, "content": content}


# The errors of every call.
ERRORS: Responses = {
    str(int(status)): problem(status)
    for status in (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.REQUEST_URI_TOO_LONG,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
}


def ranges(file: dict[Any, Any]) -> Responses:
    """The answers of a call about a file of which a part can be asked for."""
    part = {**file, "description": HTTPStatus.PARTIAL_CONTENT.phrase}
    return {**answers(file, 200), 206: part, 304: None, 416: problem(416)}


def answers(model: type[BaseModel] | dict[Any, Any], status: int) -> Responses:
    """The answers of a call about one thing: the thing, or 404."""
    return {status: model, 404: problem(404)}
