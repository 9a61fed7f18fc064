"""A job in parts: append to a draft, as lines of JSON or as files, then finalize it."""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.errors import ERRORS, ApiError, answers
from api.jobs import find_job, reply_job
from api.keys import find_earlier
from api.replies import describe_body
from api.requests import AppendForm, ItemBody, JobPath, KeyHeader
from api.schemas import ErrorBody, JobOut
from api.services import services
from api.uploads import StagedFile, read_fields, stored_files
from db.idempotency import note_progress, note_request
from db.states import JobState
from db.submissions import add_batch, append_items, start_job
from db.values import NewItem

blueprint = APIBlueprint(
    "drafts", __name__, url_prefix="/v1", abp_tags=[Tag(name="jobs")], abp_responses=ERRORS
)
COPY_BYTES = 1 << 20
LONGEST_LINE_BYTES = 1 << 20
# One transaction adds this many items: few enough that workers hardly wait for it.
ITEMS_AT_ONCE = 5000
APPEND: dict[str, Any] = describe_body(
    {"application/x-ndjson": ItemBody, "multipart/form-data": AppendForm}
)


@blueprint.post(
    "/jobs/<int:job_id>/items",
    responses={**answers(JobOut, 202), 409: ErrorBody, 413: ErrorBody},
    openapi_extensions=APPEND,
)
def append_to_draft(path: JobPath, header: KeyHeader) -> Response:
    """Add items to a draft: a line of JSON for each, or files; in any number of requests.

    All lines are checked before the first is added. Sent again under the same Idempotency-Key after
    a broken connection, a request adds only what is still missing.
    """
    find_job(path.job_id)
    if request.mimetype == "multipart/form-data":
        _append_files(path.job_id, header.idempotency_key)
    else:
        _append_lines(path.job_id, header.idempotency_key)
    return reply_job(path.job_id, HTTPStatus.ACCEPTED)


@blueprint.post("/jobs/<int:job_id>/finalize", responses={**answers(JobOut, 202), 409: ErrorBody})
def finalize_draft(path: JobPath) -> Response:
    """Let workers have a draft; a job that was finalized before is left as it is."""
    job, opened = find_job(path.job_id), services()
    if job.state is JobState.DRAFT and job.counts.items == 0:
        raise ApiError(HTTPStatus.CONFLICT, "The draft has no items; append some, or cancel it.")
    with opened.database.write() as session:
        start_job(session, path.job_id, opened.settings.chunk_items)
    opened.hints.send_soon()
    return reply_job(path.job_id, HTTPStatus.ACCEPTED)


def _append_files(job_id: int, key: str | None) -> None:
    form, opened = read_fields(AppendForm, request), services()
    with (
        stored_files(request, opened, form.dimensions) as files,
        opened.database.write() as session,
    ):
        if find_earlier(session, key, files.digest) is not None:
            opened.store.remove_batch(files.batch)
            return
        _append(session, job_id, files.items)
        add_batch(session, job_id, files.batch)
        if key is not None:
            note_request(session, key, files.digest, job_id)


def _append_lines(job_id: int, key: str | None) -> None:
    body, opened = _stage_body(), services()
    _check_lines(body, opened.settings.max_items_per_request)
    items = _read_items(body)
    with opened.database.write() as session:
        earlier = find_earlier(session, key, body.digest)
        if earlier is None and key is not None:
            note_request(session, key, body.digest, job_id)
    done = 0 if earlier is None else sum(1 for _ in islice(items, earlier.items))
    while piece := list(islice(items, ITEMS_AT_ONCE)):
        with opened.database.write() as session:
            if key is not None and not note_progress(session, key, done, done + len(piece)):
                raise ApiError(HTTPStatus.CONFLICT, "This request is being worked on already.")
            _append(session, job_id, piece)
        done += len(piece)


def _stage_body() -> StagedFile:
    """The body on disk, so that a slow sender holds no transaction open."""
    staged = StagedFile()
    while piece := request.stream.read(COPY_BYTES):
        staged.write(piece)
    staged.seek(0)
    return staged


def _check_lines(body: StagedFile, most: int) -> None:
    items = 0
    for number, line in enumerate(_lines(body), start=1):
        items += bool(line)
        if items > most:
            problem = f"A request takes at most {most} items; split it."
            raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, problem)
        try:
            _parse(line)
        except ValidationError as error:
            fault = error.errors()[0]
            field = ".".join(str(part) for part in fault["loc"])
            raise ApiError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"Line {number} is not valid, and nothing was added. {field}: {fault['msg']}",
                "invalid_request",
            ) from None
    if items == 0:
        raise ApiError(HTTPStatus.BAD_REQUEST, "Send a line of JSON for each item, or files.")


def _read_items(body: StagedFile) -> Iterator[NewItem]:
    items = (_parse(line) for line in _lines(body))
    return (item for item in items if item is not None)


def _parse(line: bytes) -> NewItem | None:
    return ItemBody.model_validate_json(line).to_item() if line else None


def _lines(body: StagedFile) -> Iterator[bytes]:
    with body.path.open("rb") as file:
        while line := file.readline(LONGEST_LINE_BYTES):
            yield line.strip()


def _append(session: Session, job_id: int, items: list[NewItem]) -> None:
    if not append_items(session, job_id, items):
        raise ApiError(
            HTTPStatus.CONFLICT, "The job is no draft any more; submit these items as a new job."
        )
