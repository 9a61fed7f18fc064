"""A job that analyzes the items of an earlier one again."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from http import HTTPStatus

from api.errors import ApiError
from api.request_log import find_request_id
from api.schemas.reruns import RerunBody
from api.services import services
from api.submissions.manifest_jobs import ITEMS_PER_BATCH, fill_draft, refuse_accepted_early
from api.submissions.packs import choose_pack
from api.submissions.quotas import check_job_room
from api.submissions.retention import limit_retention
from api.submissions.rules import check_people
from api.tracing import find_trace_parent
from db.item_values import NewItem
from db.job_values import JobStatus, NewJob
from db.jobs.reruns import begin_rerun, read_items_again


def submit_rerun(job: JobStatus, body: RerunBody, idempotency_key: str | None) -> int:
    """Create a job with the items and options of `job`, for another pack.

    It has no tags but those that were asked for: faces would count twice under a tag of both.
    Raises ApiError if the job is a draft, a headcount or erased.
    """
    if job.headcount is not None:
        message = f"Job {job.id} is a headcount, of which no pictures are kept to be run again."
        raise ApiError(HTTPStatus.CONFLICT, message)
    check_people(job.options.people)
    digest = sha256(f"rerun {job.id} {body.model_dump_json()}".encode()).hexdigest()
    again = _describe_rerun(job, body)
    refuse_accepted_early(idempotency_key, digest)
    opened = services()
    with opened.database.write() as session:
        check_job_room(session)
        limited = limit_retention(session, again, opened.settings.retention_days)
        job_id = begin_rerun(session, job.id, limited)
    if job_id is None:
        raise ApiError(
            HTTPStatus.CONFLICT,
            f"Job {job.id} is a draft or erased, and cannot be run again. Start the draft, or "
            "submit the items as a new job.",
        )
    items = _read_items(job.id)
    fill_draft(job_id, items, limited.expires_at, idempotency_key=idempotency_key, digest=digest)
    return job_id


def _describe_rerun(job: JobStatus, body: RerunBody) -> NewJob:
    return NewJob(
        tuple(body.tags),
        replace(job.options, pack=choose_pack(body.pack)),
        job.priority,
        # No longer than the first one: they share the uploads.
        job.expires_at,
        request_id=find_request_id(),
        trace_parent=find_trace_parent(),
    )


def _read_items(job_id: int) -> Iterator[NewItem]:
    """Batch by batch, as they are added."""
    after, database = -1, services().database
    while True:
        with database.read() as session:
            items = read_items_again(session, job_id, after=after, limit=ITEMS_PER_BATCH)
        yield from items
        if len(items) < ITEMS_PER_BATCH:
            return
        after += len(items)
