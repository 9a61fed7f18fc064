"""Submissions that are lists: put on disk, checked to the last line, then added in pieces."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from http import HTTPStatus
from itertools import islice

from flask import request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.errors import ApiError, InvalidRequest
from api.schemas.submissions import SubmissionQuery
from api.services import services
from api.submissions.idempotency import refuse_repeated
from api.submissions.manifests import ManifestError, ManifestKind, folder_of, kind_of, read_manifest
from api.submissions.retention import limit_retention
from api.submissions.uploads import StagedFile
from db.item_values import STORE_SCHEME, NewItem
from db.job_values import NewJob
from db.jobs.erasure import erase_job
from db.jobs.idempotency import note_request
from db.jobs.submissions import append_items, close_submission, open_submission, start_job
from models.blocks import read_blocks
from models.errors import FetchFailed, ForbiddenItem, ItemError, TooLargeItem

# One transaction adds this many items: few enough that workers hardly wait for it.
ITEMS_AT_ONCE = 5000
# So many items are kept in memory, some 10 MB, between being checked and being added.
SHORT_LIST_ITEMS = 2 * ITEMS_AT_ONCE
# A list of a million items takes some 100 MB.
FETCH_SECONDS = 300.0
REFUSALS: dict[type[ItemError], HTTPStatus] = {
    ForbiddenItem: HTTPStatus.FORBIDDEN,
    TooLargeItem: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    FetchFailed: HTTPStatus.BAD_GATEWAY,
}


class Manifest:
    """A list of items on disk, so that a slow sender holds no transaction open."""

    def __init__(self, file: StagedFile, kind: ManifestKind, folder: str | None = None) -> None:
        self.file = file
        self.kind = kind
        self._folder = folder
        # All of a short list, once it was checked: it need not be read again.
        self._checked: list[NewItem] | None = None

    def read_items(self) -> Iterator[NewItem]:
        if self._checked is not None:
            yield from self._checked
            return
        with self.file.path.open("rb") as file:
            for item in read_manifest(file, self.kind, self._folder):
                yield item.to_item()

    def check(self) -> None:
        """Raises ApiError where a line is no item, or there are none, or too many."""
        most, items, first = services().settings.max_items_per_request, 0, []
        try:
            for item in self.read_items():
                items += 1
                if items > most:
                    problem = f"A request takes at most {most} items; split it."
                    raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, problem)
                if items <= SHORT_LIST_ITEMS:
                    first.append(item)
        except ManifestError as error:
            raise InvalidRequest(
                f"Line {error.line} is not valid, and nothing was added: {error.problem}"
            ) from None
        if items == 0:
            raise ApiError(HTTPStatus.BAD_REQUEST, "Send a line for each item, or files.")
        if items <= SHORT_LIST_ITEMS:
            self._checked = first


def read_kind() -> ManifestKind | None:
    """What the body of this request says that it is; None where that is no list."""
    mimetype = request.mimetype.replace("application/ndjson", ManifestKind.NDJSON)
    return ManifestKind(mimetype) if mimetype in list(ManifestKind) else None


def receive_manifest(kind: ManifestKind) -> Manifest:
    """The body of this request."""
    return Manifest(_stage(read_blocks(request.stream)), kind)


def submit_body(kind: ManifestKind, query: SubmissionQuery, key: str | None) -> int:
    """A job of the list that is this request's body."""
    manifest = receive_manifest(kind)
    said = [sorted(request.args.items(multi=True)), kind, manifest.file.digest]
    digest = sha256(json.dumps(said).encode()).hexdigest()
    _answer_repeated(key, digest)
    return _accept(manifest, query.to_job(), draft=query.draft, key=key, digest=digest)


def submit_manifest(uri: str, job: NewJob, *, draft: bool, key: str | None, digest: str) -> int:
    """A job of the list at an address, which is read here and now."""
    _answer_repeated(key, digest)
    return _accept(_fetch_manifest(uri), job, draft=draft, key=key, digest=digest)


def _stage(pieces: Iterable[bytes]) -> StagedFile:
    staged = StagedFile()
    for piece in pieces:
        staged.write(piece)
    staged.seek(0)
    return staged


def _answer_repeated(key: str | None, digest: str) -> None:
    if key is None:
        return
    with services().database.write() as session:
        refuse_repeated(session, key, digest)


def _fetch_manifest(uri: str) -> Manifest:
    opened, kind = services(), kind_of(uri)
    if kind is None or uri.startswith(STORE_SCHEME):
        problem = "The address of a manifest must end with .csv, .ndjson or .jsonl."
        raise InvalidRequest(problem)
    if not opened.streams.acquire(blocking=False):
        problem = "Too many manifests are being fetched; try again in a moment."
        raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, problem, "too_many_streams")
    try:
        most = opened.settings.max_upload_bytes
        staged = opened.sources.fetch(uri, _stage, most, FETCH_SECONDS)
    except ItemError as error:
        status = REFUSALS.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY)
        raise ApiError(status, f"The manifest was not read. {error}", error.code) from error
    finally:
        opened.streams.release()
    return Manifest(staged, kind, folder_of(uri))


def _accept(manifest: Manifest, job: NewJob, *, draft: bool, key: str | None, digest: str) -> int:
    """The job with all of its items, or none: nobody works on it before the last is in."""
    opened = services()
    manifest.check()
    with opened.database.write() as session:
        job = limit_retention(session, job, opened.settings.retention_days)
        job_id = open_submission(session, job)
    try:
        for piece in in_pieces(manifest.read_items()):
            with opened.database.write() as session:
                append(session, job_id, piece)
        with opened.database.write() as session:
            # The same request may have come twice at once.
            refuse_repeated(session, key, digest)
            if not close_submission(session, job_id, job.expires_at):
                raise _no_draft()
            if not draft:
                start_job(session, job_id, opened.settings.chunk_items)
            if key is not None:
                note_request(session, key, digest, job_id)
    except BaseException:
        # Where the database is away, the job is erased by itself later.
        with suppress(DBAPIError), opened.database.write() as session:
            erase_job(session, job_id)
        raise
    return job_id


def in_pieces(items: Iterator[NewItem]) -> Iterator[list[NewItem]]:
    """As many as one transaction adds."""
    while piece := list(islice(items, ITEMS_AT_ONCE)):
        yield piece


def append(session: Session, job_id: int, items: list[NewItem]) -> None:
    """Add items to a draft; raises ApiError where it is none any more."""
    if not append_items(session, job_id, items):
        raise _no_draft()


def _no_draft() -> ApiError:
    problem = "The job is no draft any more; submit these items as a new job."
    return ApiError(HTTPStatus.CONFLICT, problem)
