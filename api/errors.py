"""Errors of requests that are refused; `models/errors.py` draws the tree of all errors."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from models.errors import FacetallyError

Details = Sequence[Mapping[str, str]]


class ApiError(FacetallyError):
    """A request that is refused; the client reads the message and corrects the request."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        code: str | None = None,
        details: Details = (),
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code or status.name.lower()
        self.details = details
        self.retry_after_seconds = retry_after_seconds


class InvalidRequest(ApiError):
    """A parameter or a field of the request is not valid; `details` names each one."""

    def __init__(self, message: str, details: Details = ()) -> None:
        super().__init__(
            HTTPStatus.UNPROCESSABLE_ENTITY, message, code="invalid_request", details=details
        )


@contextmanager
def invalid_if(*errors: type[Exception]) -> Iterator[None]:
    """Refuse the request as invalid where one of these is raised, with its message."""
    try:
        yield
    except errors as error:
        raise InvalidRequest(str(error)) from error
