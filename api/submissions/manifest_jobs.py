"""Jobs from manifests: stored on disk, checked as a whole, then added in batches."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from itertools import islice

from flask import request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.errors import ApiError, InvalidRequest
from api.schemas.items import ItemRules
from api.schemas.submissions import SubmissionQuery
from api.services import services, take_permit
from api.staging import StagedFile
from api.submissions.idempotency import refuse_accepted
from api.submissions.manifest_lines import ManifestError
from api.submissions.manifest_parsing import (
    ManifestKind,
    folder_of,
    kind_of,
    read_manifest,
)
from api.submissions.packs import choose_pack
from api.submissions.quotas import check_item_room, check_job_room
from api.submissions.retention import limit_retention
from api.submissions.rules import check_options, choose_time_zone, make_rules
from api.submissions.uploads import check_item_count
from db.item_values import STORE_SCHEME, NewItem
from db.job_values import JobOptions, NewJob
from db.jobs.erasure import erase_job
from db.submissions.drafts import append_items, create_temporary_draft, finalize_job, keep_draft
from db.submissions.idempotency import note_request
from models.blocks import read_blocks
from models.errors import FetchFailed, ForbiddenItem, ItemError, TooLargeItem

# One transaction adds this many items: few enough to keep workers from waiting.
ITEMS_PER_BATCH = 5000
# A manifest of up to this many items, about 10 MB, is read only once: its items stay in memory
# between its check and its adding.
SHORT_MANIFEST_ITEMS = 2 * ITEMS_PER_BATCH
# Enough for a manifest of a million items, about 100 MB.
FETCH_SECONDS = 300.0
REFUSALS: dict[type[ItemError], HTTPStatus] = {
    ForbiddenItem: HTTPStatus.FORBIDDEN,
    TooLargeItem: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    FetchFailed: HTTPStatus.BAD_GATEWAY,
}


class Manifest:
    """A manifest on disk, so that a slow sender holds no transaction open."""

    def __init__(
        self, file: StagedFile, kind: ManifestKind, rules: ItemRules, folder: str | None = None
    ) -> None:
        self.file = file
        self.kind = kind
        self._rules = rules
        self._folder = folder
        # The items of a short manifest once it is checked.
        self._checked: list[NewItem] | None = None

    def read_items(self) -> Iterator[NewItem]:
        if self._checked is not None:
            yield from self._checked
            return
        with self.file.path.open("rb") as file:
            for item in read_manifest(file, self.kind, self._folder):
                try:
                    yield item.body.to_item(self._rules)
                except ValueError as error:
                    raise ManifestError(item.line, f"{error}.") from error

    def check(self) -> None:
        """Raises ApiError if a line is not an item, or if there are no items or too many."""
        most, items, first = services().settings.max_items_per_request, 0, []
        try:
            for item in self.read_items():
                items += 1
                check_item_count(items, most)
                if items <= SHORT_MANIFEST_ITEMS:
                    first.append(item)
        except ManifestError as error:
            raise InvalidRequest(
                f"Line {error.line} is not valid, so nothing was added: {error.problem}"
            ) from None
        if items == 0:
            raise ApiError(
                HTTPStatus.BAD_REQUEST,
                "The manifest is empty. Send one line for each item, or files.",
            )
        if items <= SHORT_MANIFEST_ITEMS:
            self._checked = first


def manifest_kind_of_body() -> ManifestKind | None:
    """By the media type; None if this request's body is not a manifest."""
    mimetype = request.mimetype.replace("application/ndjson", ManifestKind.NDJSON)
    return ManifestKind(mimetype) if mimetype in list(ManifestKind) else None


def receive_manifest(kind: ManifestKind, options: JobOptions) -> Manifest:
    """The manifest in this request's body."""
    request.max_content_length = services().settings.max_upload_bytes
    return Manifest(_stage(read_blocks(request.stream)), kind, make_rules(options))


def submit_sent_manifest(
    kind: ManifestKind, query: SubmissionQuery, idempotency_key: str | None
) -> int:
    """Create a job from the manifest in this request's body."""
    time_zone = choose_time_zone(query.time_zone)
    check_options(query)
    job = query.to_job(choose_pack(query.pack), time_zone, current_caller().reach.home)
    manifest = receive_manifest(kind, job.options)
    content = [sorted(request.args.items(multi=True)), kind, manifest.file.digest]
    digest = sha256(json.dumps(content).encode()).hexdigest()
    refuse_accepted_early(idempotency_key, digest)
    return _accept(manifest, job, draft=query.draft, idempotency_key=idempotency_key, digest=digest)


def submit_fetched_manifest(
    uri: str, job: NewJob, *, draft: bool, idempotency_key: str | None, digest: str
) -> int:
    """Create a job from the manifest at an address, which is fetched now."""
    refuse_accepted_early(idempotency_key, digest)
    return _accept(
        _fetch_manifest(uri, make_rules(job.options)),
        job,
        draft=draft,
        idempotency_key=idempotency_key,
        digest=digest,
    )


def _stage(blocks: Iterable[bytes]) -> StagedFile:
    staged = services().staging.new_file()
    for block in blocks:
        staged.write(block)
    staged.seek(0)
    return staged


def refuse_accepted_early(idempotency_key: str | None, digest: str) -> None:
    """Raises AlreadyAccepted before any work if the same request came before."""
    if idempotency_key is None:
        return
    with services().database.write() as session:
        refuse_accepted(session, idempotency_key, digest)


def _fetch_manifest(uri: str, rules: ItemRules) -> Manifest:
    opened, kind = services(), kind_of(uri)
    if kind is None or uri.startswith(STORE_SCHEME):
        problem = (
            "A manifest must be a .csv, .ndjson or .jsonl file outside the store of this server."
        )
        raise InvalidRequest(problem)
    take_permit(opened.waiting, "Too many manifests are being fetched. Try again in a moment.")
    try:
        most = opened.settings.max_upload_bytes
        staged = opened.sources.fetch(uri, _stage, most, FETCH_SECONDS)
    except ItemError as error:
        status = REFUSALS.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY)
        raise ApiError(status, f"The manifest could not be read. {error}", error.code) from error
    finally:
        opened.waiting.release()
    return Manifest(staged, kind, rules, folder_of(uri))


def _accept(
    manifest: Manifest, job: NewJob, *, draft: bool, idempotency_key: str | None, digest: str
) -> int:
    opened = services()
    manifest.check()
    with opened.database.write() as session:
        check_job_room(session)
        job = limit_retention(session, job, opened.settings.retention_days)
        job_id = create_temporary_draft(session, job)
    fill_draft(
        job_id,
        manifest.read_items(),
        job.expires_at,
        draft=draft,
        idempotency_key=idempotency_key,
        digest=digest,
    )
    return job_id


def fill_draft(
    job_id: int,
    items: Iterator[NewItem],
    expires_at: datetime | None,
    *,
    draft: bool = False,
    idempotency_key: str | None,
    digest: str,
) -> None:
    """Add all items to a temporary draft and start it, or erase it.

    Workers see it only once the last item is added.
    """
    opened = services()
    try:
        for batch in in_batches(items):
            with opened.database.write() as session:
                append(session, job_id, batch)
        with opened.database.write() as session:
            # The same request may be running twice.
            refuse_accepted(session, idempotency_key, digest)
            if not keep_draft(session, job_id, expires_at):
                raise _refuse_append()
            if not draft:
                finalize_job(session, job_id, opened.settings.chunk_items)
            if idempotency_key is not None:
                note_request(session, current_caller().reach.home, idempotency_key, digest, job_id)
    except BaseException:
        # If the database is unavailable, the job is erased later.
        with suppress(DBAPIError), opened.database.write() as session:
            erase_job(session, job_id)
        raise


def in_batches(items: Iterator[NewItem]) -> Iterator[list[NewItem]]:
    """The items of one transaction after the other."""
    while batch := list(islice(items, ITEMS_PER_BATCH)):
        yield batch


def append(session: Session, job_id: int, items: list[NewItem]) -> None:
    """Add items to a draft; raises ApiError if the job is no longer a draft."""
    if not append_items(session, job_id, items):
        raise _refuse_append()
    check_item_room(session, job_id)


def _refuse_append() -> ApiError:
    problem = "This job has already started. Submit these items as a new job."
    return ApiError(HTTPStatus.CONFLICT, problem)
