"""A request sent again with its Idempotency-Key gets the same answer, and adds nothing."""

from http import HTTPStatus

from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.errors import ApiError
from db.submissions.idempotency import AcceptedRequest, find_request
from models.errors import FacetallyError


class AlreadyAccepted(FacetallyError):
    """The same request came before, and its job is the answer."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"job {job_id} was accepted before")
        self.job_id = job_id


def refuse_accepted(
    session: Session, idempotency_key: str | None, digest: str, job_id: int | None = None
) -> None:
    """Raises AlreadyAccepted if the same request came before."""
    if (earlier := find_earlier(session, idempotency_key, digest, job_id)) is not None:
        raise AlreadyAccepted(earlier.job_id)


def find_earlier(
    session: Session, idempotency_key: str | None, digest: str, job_id: int | None = None
) -> AcceptedRequest | None:
    """The earlier request with this Idempotency-Key, if any.

    Raises ApiError if that request had other content, or was about another job than `job_id`.
    """
    if idempotency_key is None:
        return None
    earlier = find_request(session, current_caller().reach.home, idempotency_key)
    if earlier is None:
        return None
    if earlier.digest != digest or job_id not in (None, earlier.job_id):
        raise ApiError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "This Idempotency-Key was already used for a different request. Use a new key for each "
            "request.",
            "idempotency_conflict",
        )
    return earlier
