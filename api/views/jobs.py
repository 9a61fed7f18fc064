"""Submit, follow, change, cancel, pause, resume, retry and erase jobs."""

from http import HTTPStatus
from typing import Any

from flask import Response, request
from flask_openapi3 import Tag

from api.access.callers import current_caller
from api.call_groups import CallGroup
from api.errors import ApiError
from api.media_types import CSV, FORM, JSON, NDJSON
from api.schemas.errors import ERRORS, answers, problem
from api.schemas.items import ItemBody
from api.schemas.jobs import ChangesBody, JobOut, JobPath, JobsOut, JobsQuery
from api.schemas.replies import CSV_EXAMPLE, document_body, reply
from api.schemas.submissions import IdempotencyHeader, JobBody, SubmissionQuery, UploadForm
from api.services import services
from api.submissions.item_jobs import submit_files, submit_json
from api.submissions.manifest_jobs import manifest_kind_of_body, submit_sent_manifest
from api.submissions.manifest_parsing import ManifestKind
from api.views.job_replies import find_job, reply_job, reply_status
from db.jobs.cancelling import cancel_job
from db.jobs.changes import change_job
from db.jobs.erasure import erase_job
from db.jobs.pausing import pause_on_request, resume_job
from db.jobs.retrying import RETRIED_STATES, retry_job
from db.jobs.status import read_jobs

blueprint = CallGroup(
    "jobs", __name__, url_prefix="/v1", abp_tags=[Tag(name="jobs")], abp_responses=ERRORS
)
ONLY_MANIFESTS = (
    "Query parameters are only for CSV and NDJSON. Put these values into the body, or send a "
    f"manifest with the header Content-Type: {NDJSON} or {CSV}."
)
SUBMISSION: dict[str, Any] = document_body(
    {
        JSON: JobBody,
        ManifestKind.CSV: CSV_EXAMPLE,
        ManifestKind.NDJSON: ItemBody,
        FORM: UploadForm,
    }
)


@blueprint.post(
    "/jobs",
    responses={202: JobOut, 409: problem(409)},
    openapi_extensions=SUBMISSION,
)
def submit_job(header: IdempotencyHeader, query: SubmissionQuery) -> Response:
    """Submit a job: files, or items at their addresses.

    The answer comes once the job is stored in SQL. With `draft` the job stays open: append items,
    then finalize it. Query parameters are for bodies of CSV or NDJSON, which have no other place
    for them; every line is checked before the first item is added.
    """
    kind, idempotency_key = manifest_kind_of_body(), header.idempotency_key
    if kind is not None:
        job_id = submit_sent_manifest(kind, query, idempotency_key)
    elif request.args:
        raise ApiError(HTTPStatus.BAD_REQUEST, ONLY_MANIFESTS)
    else:
        job_id = submit_json(idempotency_key) if request.is_json else submit_files(idempotency_key)
    services().hints.send_soon()
    return reply_job(job_id, HTTPStatus.ACCEPTED)


@blueprint.get("/jobs", responses={200: JobsOut})
def list_jobs(query: JobsQuery) -> Response:
    """List jobs, the newest first, a page at a time."""
    with services().database.read() as session:
        jobs = read_jobs(
            session,
            current_caller().reach,
            limit=query.limit,
            before=query.cursor,
            state=query.state,
            tag=query.tag,
            find=query.find,
        )
    next_cursor = jobs[-1].id if len(jobs) == query.limit else None
    return reply(JobsOut(jobs=[JobOut.of(job) for job in jobs], next_cursor=next_cursor))


@blueprint.get("/jobs/<int:job_id>", responses={**answers(JobOut, 200), 304: None})
def show_job(path: JobPath) -> Response:
    """Show a job: its state, counts, rate and estimated time left.

    With the `ETag` of an earlier answer as `If-None-Match`, the answer is 304 while nothing has
    changed. Where many ask for one job, an answer may be 0.3 seconds old.
    """
    return reply_status(path.job_id)


@blueprint.patch("/jobs/<int:job_id>", responses={**answers(JobOut, 200), 409: problem(409)})
def change(path: JobPath, body: ChangesBody) -> Response:
    """Change the name, notes or priority of a job.

    Another priority holds for what waits; what workers have is finished first.
    """
    find_job(path.job_id)
    with services().database.write() as session:
        if not change_job(session, path.job_id, **body.model_dump()):
            raise ApiError(HTTPStatus.CONFLICT, f"Job {path.job_id} is erased.")
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


@blueprint.post("/jobs/<int:job_id>/pause", responses={**answers(JobOut, 202), 409: problem(409)})
def pause(path: JobPath) -> Response:
    """Pause a job that is queued or running, until it is resumed.

    What workers have is finished first.
    """
    job = find_job(path.job_id)
    with services().database.write() as session:
        if not pause_on_request(session, path.job_id):
            raise ApiError(
                HTTPStatus.CONFLICT,
                f"Job {job.id} is {job.state}. Only a job that is queued or running can be paused.",
            )
    return reply_job(path.job_id, HTTPStatus.ACCEPTED)


@blueprint.post("/jobs/<int:job_id>/resume", responses={**answers(JobOut, 202), 409: problem(409)})
def resume(path: JobPath) -> Response:
    """Resume a job that is paused.

    It was paused on request, because its first items all failed with the same error, or because no
    worker had its pack.
    """
    find_job(path.job_id)
    with services().database.write() as session:
        if not resume_job(session, path.job_id):
            raise ApiError(HTTPStatus.CONFLICT, f"Job {path.job_id} is not paused.")
    services().hints.send_soon()
    return reply_job(path.job_id, HTTPStatus.ACCEPTED)


@blueprint.post("/jobs/<int:job_id>/retry", responses={**answers(JobOut, 202), 409: problem(409)})
def retry(path: JobPath) -> Response:
    """Retry the failed items of a job that has ended; finished items are kept."""
    job = find_job(path.job_id)
    if job.options.people:
        raise ApiError(
            HTTPStatus.CONFLICT,
            f"Job {job.id} links people, and what it needs to do so was deleted at its end. Run "
            "the whole job again.",
        )
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
