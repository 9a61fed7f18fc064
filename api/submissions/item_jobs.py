"""Jobs from a JSON body or from uploaded files: each is added in one transaction."""

from hashlib import sha256
from http import HTTPStatus

from flask import request
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.errors import ApiError, InvalidRequest
from api.schemas.items import ItemBody, ItemRules
from api.schemas.submissions import JobBody, UploadForm
from api.services import services
from api.submissions.folder_jobs import submit_folder
from api.submissions.forms import read_body
from api.submissions.idempotency import refuse_accepted
from api.submissions.manifest_jobs import submit_fetched_manifest
from api.submissions.packs import choose_pack
from api.submissions.quotas import check_item_room, check_job_room
from api.submissions.retention import limit_retention
from api.submissions.rules import check_options, choose_time_zone, make_rules
from api.submissions.uploads import read_fields, stored_files
from api.validation import validate_json
from db.item_values import NewItem
from db.job_values import NewJob
from db.submissions.drafts import accept_job, append_items, create_draft
from db.submissions.idempotency import note_request

# A JSON body is read into memory as a whole, and checked in one go. Larger jobs are appended to a
# draft, as lines.
MOST_JSON_BYTES = 8 << 20
MOST_JSON_ITEMS = 10_000
# Empty objects and lists take far more memory than their two characters.
MOST_JSON_OBJECTS = 10 * MOST_JSON_ITEMS


def submit_json(idempotency_key: str | None) -> int:
    """Create a job from the JSON in this request's body."""
    body, digest = _read_json()
    time_zone = choose_time_zone(body.options.time_zone)
    check_options(body.options)
    job = body.to_job(choose_pack(body.options.pack), time_zone, current_caller().reach.home)
    if body.manifest is not None:
        return submit_fetched_manifest(
            body.manifest, job, draft=body.draft, idempotency_key=idempotency_key, digest=digest
        )
    if body.folder is not None:
        return submit_folder(body.folder, job, idempotency_key=idempotency_key, digest=digest)
    rules = make_rules(job.options)
    items = [_make_item(index, item, rules) for index, item in enumerate(body.items)]
    with services().database.write() as session:
        return _accept(
            session, job, items, draft=body.draft, idempotency_key=idempotency_key, digest=digest
        )


def submit_files(idempotency_key: str | None) -> int:
    """Create a job from the files of this request's form."""
    form = read_fields(UploadForm, request)
    opened, time_zone = services(), choose_time_zone(form.options.time_zone)
    check_options(form.options)
    job = form.to_job(choose_pack(form.options.pack), time_zone, current_caller().reach.home)
    with (
        stored_files(request, opened, form, make_rules(job.options)) as files,
        opened.database.write() as session,
    ):
        job_id = _accept(
            session,
            job,
            files.items,
            draft=form.draft,
            idempotency_key=idempotency_key,
            digest=files.digest,
        )
        files.give_to(session, job_id)
    return job_id


def _make_item(index: int, body: ItemBody, rules: ItemRules) -> NewItem:
    try:
        return body.to_item(rules)
    except ValueError as error:
        raise InvalidRequest(f"The request is not valid. items.{index}: {error}.") from error


def _read_json() -> tuple[JobBody, str]:
    settings = services().settings
    data = read_body(request, min(MOST_JSON_BYTES, settings.max_upload_bytes))
    most_items = min(MOST_JSON_ITEMS, settings.max_items_per_request)
    if data.count(b"{") + data.count(b"[") > MOST_JSON_OBJECTS:
        raise _refuse_items(most_items)
    body = validate_json(JobBody, data)
    if len(body.items) > most_items:
        raise _refuse_items(most_items)
    return body, sha256(data).hexdigest()


def _refuse_items(most_items: int) -> ApiError:
    return ApiError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"A JSON body takes at most {most_items} items. Submit a draft and append lines to it.",
    )


def _accept(
    session: Session,
    job: NewJob,
    items: list[NewItem],
    *,
    draft: bool,
    idempotency_key: str | None,
    digest: str,
) -> int:
    settings = services().settings
    refuse_accepted(session, idempotency_key, digest)
    check_job_room(session)
    job = limit_retention(session, job, settings.retention_days)
    if draft:
        job_id = create_draft(session, job)
        append_items(session, job_id, items)
    else:
        job_id = accept_job(session, job, items, settings.chunk_items)
    check_item_room(session, job_id)
    if idempotency_key is not None:
        note_request(session, current_caller().reach.home, idempotency_key, digest, job_id)
    return job_id
