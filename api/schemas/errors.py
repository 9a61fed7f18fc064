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


CONTENT = {PROBLEM: {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
ErrorBody.model_config["openapi_extra"] = {"content": CONTENT}  # type: ignore[typeddict-unknown-key]


Responses: TypeAlias = dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None]
# The errors of every call, for the OpenAPI document.
ERRORS: Responses = {
    str(int(status)): ErrorBody
    for status in (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
}


def answers(model: type[BaseModel] | dict[Any, Any], status: int) -> Responses:
    """The answers of a call about one thing: the thing, or 404."""
    return {status: model, 404: ErrorBody}
