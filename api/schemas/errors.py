"""The body of an error, and which errors each call may answer with."""

from http import HTTPStatus
from typing import Any, TypeAlias

from pydantic import BaseModel


class ErrorDetail(BaseModel):
    """What went wrong: `code` for a program, `message` for a person."""

    code: str
    message: str
    details: list[dict[str, str]] = []


class ErrorBody(BaseModel):
    """Every answer from 400 up has this shape."""

    error: ErrorDetail


Responses: TypeAlias = dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None]
# The errors of every call, for the OpenAPI document.
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
    """The answers of a call about one thing: the thing, or 404."""
    return {status: model, 404: ErrorBody}
