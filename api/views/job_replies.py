"""One job for a view: found, or answered as it is now."""

from http import HTTPStatus

from flask import Response, abort, request

from api.media_types import JSON
from api.schemas.jobs import JobOut
from api.schemas.replies import reply
from api.services import services
from api.submissions.idempotency import AlreadyAccepted
from db.job_values import JobStatus
from db.jobs.status import is_erased, read_job


def find_job(job_id: int) -> JobStatus:
    """The caller's job of this number, or the request ends with 404."""
    job = None
    if services().owners.is_within_reach(job_id):
        with services().database.read() as session:
            job = read_job(session, job_id)
    return job or abort(404, f"There is no job {job_id}.")


def was_erased(job_id: int) -> bool:
    """Whether the caller's job of this number is erased, or is about to be, without its counts; the
    request ends with 404 where there is none."""
    erased = None
    if services().owners.is_within_reach(job_id):
        with services().database.read() as session:
            erased = is_erased(session, job_id)
    return abort(404, f"There is no job {job_id}.") if erased is None else erased


def reply_job(job_id: int, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """The answer that shows a job as it is now."""
    services().statuses.forget(job_id)
    response = reply(JobOut.of(find_job(job_id)), status)
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return response


def reply_status(job_id: int) -> Response:
    """The answer to those who poll a job: without a body where it is what they have."""
    is_ours = services().owners.is_within_reach(job_id)
    status = services().statuses.get(job_id) if is_ours else None
    if status is None:
        abort(404, f"There is no job {job_id}.")
    response = Response(status.text, mimetype=JSON)
    response.set_etag(status.etag)
    # Clients may keep it, but have to ask.
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


def answer_again(repeated: AlreadyAccepted) -> Response:
    """The answer to a request that is sent again: the job it created before."""
    return reply_job(repeated.job_id, HTTPStatus.ACCEPTED)
