"""A submission that is sent again under its Idempotency-Key is answered, and not accepted again."""

from http import HTTPStatus

from sqlalchemy.orm import Session

from api.errors import ApiError
from db.jobs.idempotency import AcceptedRequest, find_request
from models.errors import FacetallyError


class AlreadyAccepted(FacetallyError):
    """The same request came before, and its job is the answer."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"job {job_id} was accepted before")
        self.job_id = job_id


def refuse_repeated(
    session: Session, key: str | None, digest: str, job_id: int | None = None
) -> None:
    """Raises AlreadyAccepted where the same request came before."""
    if (earlier := find_earlier(session, key, digest, job_id)) is not None:
        raise AlreadyAccepted(earlier.job_id)


def find_earlier(
    session: Session, key: str | None, digest: str, job_id: int | None = None
) -> AcceptedRequest | None:
    """The request that came before under this key; raises ApiError where it was another one, or
    one about another job than `job_id`."""
    earlier = None if key is None else find_request(session, key)
    if earlier is None:
        return None
    if earlier.digest != digest or job_id not in (None, earlier.job_id):
        raise ApiError(
            HTTPStatus.CONFLICT,
            "This Idempotency-Key came before with other content; send other content under a new "
            "key.",
            "idempotency_conflict",
        )
    return earlier
