"""One job for a view: found, or answered as it is now."""

from http import HTTPStatus

from flask import Response, abort

from api.schemas.jobs import JobOut
from api.schemas.replies import reply
from api.services import services
from api.submissions.idempotency import AlreadyAccepted
from db.job_values import JobStatus
from db.jobs.status import read_job


def find_job(job_id: int) -> JobStatus:
    """The caller's job of this number, or the request ends with 404."""
    job = None
    if services().owners.is_within_reach(job_id):
        with services().database.read() as session:
            job = read_job(session, job_id)
    return job or abort(404, f"There is no job {job_id}.")


def reply_job(job_id: int, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """The answer that shows a job as it is now."""
    response = reply(JobOut.of(find_job(job_id)), status)
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return response


def answer_again(repeated: AlreadyAccepted) -> Response:
    """The answer to a request that is sent again: the job it created before."""
    return reply_job(repeated.job_id, HTTPStatus.ACCEPTED)
