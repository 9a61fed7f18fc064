"""Submit, follow, cancel, resume, retry and erase jobs."""

from hashlib import sha256
from http import HTTPStatus
from typing import Any

from flask import Response, abort, request
from flask_openapi3 import APIBlueprint, Tag

from api.errors import ApiError
from api.media_types import CSV, FORM, JSON, NDJSON
from api.schemas.errors import ERRORS, ErrorBody, answers
from api.schemas.items import ItemBody
from api.schemas.jobs import JobOut, JobPath, JobsOut, JobsQuery
from api.schemas.replies import CSV_EXAMPLE, describe_body, reply
from api.schemas.submissions import JobBody, KeyHeader, SubmissionQuery, UploadForm
from api.services import services
from api.submissions.idempotency import AlreadyAccepted, refuse_repeated
from api.submissions.lists import read_kind, submit_body, submit_manifest
from api.submissions.manifests import ManifestKind
from api.submissions.retention import limit_retention
from api.submissions.uploads import read_fields, stored_files
from api.validation import validate_json
from db.item_values import NewItem
from db.job_values import JobStatus, NewJob
from db.jobs.cancelling import cancel_job
from db.jobs.erasure import erase_job
from db.jobs.idempotency import note_request
from db.jobs.pausing import resume_job
from db.jobs.retrying import RETRIED_STATES, retry_job
from db.jobs.status import read_job, read_jobs
from db.jobs.submissions import accept_job, append_items, create_draft

blueprint = APIBlueprint(
    "jobs", __name__, url_prefix="/v1", abp_tags=[Tag(name="jobs")], abp_responses=ERRORS
)
# A JSON body is read into memory as a whole, and its items are added in one transaction. Larger
# jobs are appended to a draft.
MOST_JSON_BYTES = 32 << 20
ONLY_LISTS = (
    "Query parameters are only for lists. Put these values into the body, or send a list with the "
    f"header Content-Type: {NDJSON} or {CSV}."
)
MOST_JSON_ITEMS = 100_000
SUBMISSION: dict[str, Any] = describe_body(
    {
        JSON: JobBody,
        ManifestKind.CSV: CSV_EXAMPLE,
        ManifestKind.NDJSON: ItemBody,
        FORM: UploadForm,
    }
)


@blueprint.post(
    "/jobs",
    responses={202: JobOut, 409: ErrorBody, 413: ErrorBody},
    openapi_extensions=SUBMISSION,
)
def submit_job(header: KeyHeader, query: SubmissionQuery) -> Response:
    """Submit a job: files, or items at their addresses.

    The answer comes once the job is stored in SQL. With `draft` the job stays open: append items,
    then finalize it. Query parameters are for bodies of CSV or NDJSON, which have no other place
    for them; every line is checked before the first item is added.
    """
    kind, key = read_kind(), header.idempotency_key
    if kind is not None:
        job_id = submit_body(kind, query, key)
    elif request.args:
        raise ApiError(HTTPStatus.BAD_REQUEST, ONLY_LISTS)
    else:
        job_id = _submit_json(key) if request.is_json else _submit_files(key)
    services().hints.send_soon()
    return reply_job(job_id, HTTPStatus.ACCEPTED)


def _submit_json(key: str | None) -> int:
    body, digest = _read_json()
    job = body.to_job()
    if body.manifest is not None:
        return submit_manifest(body.manifest, job, draft=body.draft, key=key, digest=digest)
    items = [item.to_item() for item in body.items]
    return _accept(job, items, draft=body.draft, key=key, digest=digest)


def _submit_files(key: str | None) -> int:
    form = read_fields(UploadForm, request)
    with stored_files(request, services(), form.dimensions) as files:
        job = form.to_job((files.batch,))
        return _accept(job, files.items, draft=form.draft, key=key, digest=files.digest)


def _read_json() -> tuple[JobBody, str]:
    most = services().settings
    request.max_content_length = min(MOST_JSON_BYTES, most.max_upload_bytes)
    data = request.get_data()
    body = validate_json(JobBody, data)
    most_items = min(MOST_JSON_ITEMS, most.max_items_per_request)
    if len(body.items) > most_items:
        raise ApiError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"A JSON body takes at most {most_items} items. Submit a draft and append lines to it.",
        )
    return body, sha256(data).hexdigest()


def _accept(job: NewJob, items: list[NewItem], *, draft: bool, key: str | None, digest: str) -> int:
    opened = services()
    with opened.database.write() as session:
        refuse_repeated(session, key, digest)
        job = limit_retention(session, job, opened.settings.retention_days)
        if draft:
            job_id = create_draft(session, job)
            append_items(session, job_id, items)
        else:
            job_id = accept_job(session, job, items, opened.settings.chunk_items)
        if key is not None:
            note_request(session, key, digest, job_id)
    return job_id


@blueprint.app_errorhandler(AlreadyAccepted)
def _answer_again(repeated: AlreadyAccepted) -> Response:
    return reply_job(repeated.job_id, HTTPStatus.ACCEPTED)


@blueprint.get("/jobs", responses={200: JobsOut})
def list_jobs(query: JobsQuery) -> Response:
    """List jobs, the newest first, a page at a time."""
    with services().database.read() as session:
        jobs = read_jobs(session, limit=query.limit, before=query.cursor, state=query.state)
    next_cursor = jobs[-1].id if len(jobs) == query.limit else None
    return reply(JobsOut(jobs=[JobOut.of(job) for job in jobs], next_cursor=next_cursor))


@blueprint.get("/jobs/<int:job_id>", responses=answers(JobOut, 200))
def show_job(path: JobPath) -> Response:
    """Show a job: its state, counts, rate and estimated time left."""
    return reply_job(path.job_id)


@blueprint.post("/jobs/<int:job_id>/cancel", responses=answers(JobOut, 202))
def cancel(path: JobPath) -> Response:
    """Cancel a job.

    Waiting items are cancelled at once, and finished ones are kept. Cancelling a job that has ended
    changes nothing.
    """
    with services().database.write() as session:
        cancel_job(session, path.job_id)
    return reply_job(path.job_id, HTTPStatus.ACCEPTED)


@blueprint.post("/jobs/<int:job_id>/resume", responses={**answers(JobOut, 202), 409: ErrorBody})
def resume(path: JobPath) -> Response:
    """Resume a job that was paused because its first items all failed with the same error."""
    find_job(path.job_id)
    with services().database.write() as session:
        if not resume_job(session, path.job_id):
            raise ApiError(HTTPStatus.CONFLICT, f"Job {path.job_id} is not paused.")
    services().hints.send_soon()
    return reply_job(path.job_id, HTTPStatus.ACCEPTED)


@blueprint.post("/jobs/<int:job_id>/retry", responses={**answers(JobOut, 202), 409: ErrorBody})
def retry(path: JobPath) -> Response:
    """Retry the failed items of a job that has ended; finished items are kept."""
    job = find_job(path.job_id)
    with services().database.write() as session:
        if not retry_job(session, path.job_id):
            raise ApiError(
                HTTPStatus.CONFLICT,
                f"Job {job.id} is {job.state} and has no items to retry. Only a job that is "
                f"{' or '.join(RETRIED_STATES)} can be retried: its failed items, unless they were "
                "refused at submission.",
            )
    services().hints.send_soon()
    return reply_job(path.job_id, HTTPStatus.ACCEPTED)


@blueprint.delete("/jobs/<int:job_id>", responses=answers(JobOut, 202))
def erase(path: JobPath) -> Response:
    """Erase a job with its uploads, thumbnails, faces and counts.

    Its results can no longer be read; only a receipt is kept. `erased.erased_at` is set once
    everything is gone.
    """
    with services().database.write() as session:
        erase_job(session, path.job_id)
    return reply_job(path.job_id, HTTPStatus.ACCEPTED)


def find_job(job_id: int) -> JobStatus:
    """The job of this number, or the request ends with 404."""
    with services().database.read() as session:
        job = read_job(session, job_id)
    return job or abort(404, f"There is no job {job_id}.")


def reply_job(job_id: int, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """The answer that shows a job as it is now."""
    response = reply(JobOut.of(find_job(job_id)), status)
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return response
