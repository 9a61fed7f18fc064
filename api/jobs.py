"""Submit, follow and cancel jobs."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort, request
from flask_openapi3 import APIBlueprint, Tag

from api.errors import ERRORS, answers, validate
from api.replies import describe_body, reply
from api.requests import JobBody, JobPath, JobsQuery, UploadForm
from api.schemas import JobOut, JobsOut
from api.services import services
from api.uploads import read_form, stored_files
from db.jobs import cancel_job, read_job, read_jobs
from db.submissions import accept_job
from db.values import NewItem, NewJob

blueprint = APIBlueprint(
    "jobs", __name__, url_prefix="/v1", abp_tags=[Tag(name="jobs")], abp_responses=ERRORS
)
# A body of JSON is read into memory whole: half a million items fit.
MOST_JSON_BYTES = 64 << 20
SUBMISSION: dict[str, Any] = describe_body(
    {"application/json": JobBody, "multipart/form-data": UploadForm}
)


@blueprint.post("/jobs", responses={202: JobOut, 413: ERRORS["400"]}, openapi_extensions=SUBMISSION)
def submit_job() -> Response:
    """Submit pictures, as files or by their addresses; answers as soon as the job is safe in
    SQL."""
    if request.is_json:
        body = validate(JobBody, _read_json())
        items = [item.to_item() for item in body.items]
        return _accept(NewJob(tuple(body.tags), body.options.to_options()), items)
    form = read_form(request)
    with stored_files(request, services(), form.dimensions) as items:
        return _accept(NewJob(tuple(form.tags), form.options.to_options()), items)


def _read_json() -> object:
    request.max_content_length = MOST_JSON_BYTES
    return request.get_json()


def _accept(job: NewJob, items: list[NewItem]) -> Response:
    opened = services()
    with opened.database.write() as session:
        job_id = accept_job(session, job, items, opened.settings.chunk_items)
    opened.send_first_hints()
    return _reply_job(job_id, HTTPStatus.ACCEPTED)


def _reply_job(job_id: int, status: HTTPStatus = HTTPStatus.OK) -> Response:
    with services().database.read() as session:
        job = read_job(session, job_id)
    if job is None:
        abort(404, "There is no such job.")
    response = reply(JobOut.of(job), status)
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return response


@blueprint.get("/jobs", responses={200: JobsOut})
def list_jobs(query: JobsQuery) -> Response:
    """Jobs from the newest, a page at a time."""
    with services().database.read() as session:
        jobs = read_jobs(session, limit=query.limit, before=query.cursor, state=query.state)
    full = len(jobs) == query.limit
    return reply(
        JobsOut(jobs=[JobOut.of(job) for job in jobs], next_cursor=jobs[-1].id if full else None)
    )


@blueprint.get("/jobs/<int:job_id>", responses=answers(JobOut, 200))
def show_job(path: JobPath) -> Response:
    """How far a job is: state, counts, rate, and when it will be done."""
    return _reply_job(path.job_id)


@blueprint.post("/jobs/<int:job_id>/cancel", responses=answers(JobOut, 202))
def stop_job(path: JobPath) -> Response:
    """Stop a job: what waits is cancelled at once, what is done stays; an ended job stays as it
    is."""
    with services().database.write() as session:
        cancel_job(session, path.job_id)
    return _reply_job(path.job_id, HTTPStatus.ACCEPTED)
