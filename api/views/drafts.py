"""Drafts: append items to a job as lines or as files, then finalize it."""

from http import HTTPStatus
from itertools import islice
from typing import Any

from flask import Response, request
from flask_openapi3 import Tag

from api.access.callers import current_caller
from api.call_groups import CallGroup
from api.errors import ApiError
from api.media_types import FORM
from api.schemas.errors import ERRORS, answers, problem
from api.schemas.items import ItemBody
from api.schemas.jobs import JobOut, JobPath
from api.schemas.replies import CSV_EXAMPLE, document_body, reply
from api.schemas.submissions import AcceptedOut, AppendForm, IdempotencyHeader
from api.services import services
from api.submissions.idempotency import find_earlier, refuse_accepted
from api.submissions.manifest_jobs import (
    append,
    in_batches,
    manifest_kind_of_body,
    receive_manifest,
)
from api.submissions.manifest_parsing import ManifestKind
from api.submissions.rules import make_rules
from api.submissions.uploads import read_fields, stored_files
from api.views.job_replies import find_job, reply_job
from db.job_values import JobOptions
from db.states import JobState
from db.submissions.drafts import finalize_job
from db.submissions.idempotency import note_progress, note_request, read_accepted_keys
from db.submissions.listings import is_listed

blueprint = CallGroup(
    "drafts", __name__, url_prefix="/v1", abp_tags=[Tag(name="jobs")], abp_responses=ERRORS
)
IN_PROGRESS = "A request with this Idempotency-Key is still running. Try again once it has ended."
BEING_LISTED = "The files of this job are still being listed. It starts by itself."
APPEND: dict[str, Any] = document_body(
    {
        ManifestKind.NDJSON: ItemBody,
        ManifestKind.CSV: CSV_EXAMPLE,
        FORM: AppendForm,
    }
)


@blueprint.post(
    "/jobs/<int:job_id>/items",
    responses={**answers(JobOut, 202), 409: problem(409)},
    openapi_extensions=APPEND,
)
def append_to_draft(path: JobPath, header: IdempotencyHeader) -> Response:
    """Add items to a draft, in any number of requests.

    Send one line of NDJSON or CSV for each item, or files. Every line is checked before the first
    item is added. If the connection breaks, send the request again with the same Idempotency-Key:
    it adds only the items that are missing.
    """
    job = find_job(path.job_id)
    if request.mimetype == FORM:
        _append_files(path.job_id, job.options, header.idempotency_key)
    else:
        _append_lines(path.job_id, job.options, header.idempotency_key)
    return reply_job(path.job_id, HTTPStatus.ACCEPTED)


@blueprint.get("/jobs/<int:job_id>/requests", responses=answers(AcceptedOut, 200))
def list_accepted_requests(path: JobPath) -> Response:
    """List the Idempotency-Keys of the requests that were accepted for a job.

    So an upload in parts that was cut off continues with the parts that are missing.
    """
    find_job(path.job_id)
    with services().database.read() as session:
        keys = read_accepted_keys(session, path.job_id)
    return reply(AcceptedOut(idempotency_keys=keys))


@blueprint.post(
    "/jobs/<int:job_id>/finalize", responses={**answers(JobOut, 202), 409: problem(409)}
)
def finalize_draft(path: JobPath) -> Response:
    """Start a draft; finalizing a job again changes nothing."""
    job, opened = find_job(path.job_id), services()
    if job.state in (JobState.CANCELLING, JobState.CANCELLED):
        raise ApiError(HTTPStatus.CONFLICT, "This draft was cancelled. Submit a new job.")
    if job.state is JobState.DRAFT and job.counts.items == 0:
        raise ApiError(HTTPStatus.CONFLICT, "This draft has no items. Append some, or cancel it.")
    with opened.database.write() as session:
        if is_listed(session, path.job_id):
            raise ApiError(HTTPStatus.CONFLICT, BEING_LISTED)
        finalize_job(session, path.job_id, opened.settings.chunk_items)
    opened.hints.send_soon()
    return reply_job(path.job_id, HTTPStatus.ACCEPTED)


def _append_files(job_id: int, options: JobOptions, idempotency_key: str | None) -> None:
    form, opened = read_fields(AppendForm, request), services()
    rules = make_rules(options)
    with (
        stored_files(request, opened, form, rules) as files,
        opened.database.write() as session,
    ):
        refuse_accepted(session, idempotency_key, files.digest, job_id)
        append(session, job_id, files.items)
        files.give_to(session, job_id)
        if idempotency_key is not None:
            note_request(
                session, current_caller().reach.home, idempotency_key, files.digest, job_id
            )


def _append_lines(job_id: int, options: JobOptions, idempotency_key: str | None) -> None:
    opened, kind = services(), manifest_kind_of_body() or ManifestKind.NDJSON
    manifest = receive_manifest(kind, options)
    manifest.check()
    items, digest = manifest.read_items(), manifest.file.digest
    with opened.database.write() as session:
        earlier = find_earlier(session, idempotency_key, digest, job_id)
        if earlier is None and idempotency_key is not None:
            note_request(session, current_caller().reach.home, idempotency_key, digest, job_id)
    done = 0 if earlier is None else sum(1 for _ in islice(items, earlier.items))
    for batch in in_batches(items):
        with opened.database.write() as session:
            # Lock the job's row first, as an erasure does.
            append(session, job_id, batch)
            if idempotency_key is not None and not note_progress(
                session, current_caller().reach.home, idempotency_key, done, done + len(batch)
            ):
                raise ApiError(
                    HTTPStatus.CONFLICT,
                    IN_PROGRESS,
                )
        done += len(batch)
