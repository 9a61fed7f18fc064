"""Uploaded files become items: each is streamed to disk as it arrives, then moved to the store."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from time import monotonic
from typing import TypeVar

from flask import Request
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from api.errors import ApiError
from api.schemas.fields import Strict
from api.schemas.items import clean_name
from api.services import Services, services
from api.staging import StagedFile
from api.submissions.archive_bounds import Budget
from api.submissions.archives import Member, is_archive, read_members
from api.validation import check_shape, validate
from db.engine import Database
from db.item_values import Failure, NewItem
from db.jobs.loose_folders import (
    RENEWAL_SECONDS,
    forget_folder,
    give_folder,
    note_folder,
    renew_folder,
)
from models.errors import ItemError
from worker.sources.store import StorageUnavailable

FormT = TypeVar("FormT", bound=Strict)


def read_fields(form: type[FormT], request: Request) -> FormT:
    """The fields of a form other than its files; raises ApiError if one is not valid."""
    request.max_content_length = services().settings.max_upload_bytes
    fields: dict[str, object] = dict(request.form)
    if "tags" in fields:
        fields["tags"] = request.form.getlist("tags")
    for name in ("options", "dimensions"):
        if name in fields:
            fields[name] = _parse_json(name, request.form[name])
    return validate(form, fields)


def _parse_json(name: str, text: str) -> object:
    try:
        return check_shape(json.loads(text))
    except (ValueError, RecursionError):
        problem = f"The field {name!r} must be a JSON object, for example {{}}."
        raise ApiError(HTTPStatus.BAD_REQUEST, problem) from None


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """Files of a request in the store under `folder`; `digest` identifies their content."""

    folder: str
    items: list[NewItem]
    digest: str

    def give_to(self, session: Session, job_id: int) -> None:
        """The job owns them from now on; raises StorageUnavailable if they were removed."""
        if not give_folder(session, self.folder, job_id):
            raise StorageUnavailable("Storing the upload took too long. Send it again.")


@contextmanager
def stored_files(
    request: Request, services: Services, dimensions: dict[str, str]
) -> Iterator[StoredFiles]:
    """Store every file, and every member of an archive, as an item for the block to accept.

    If the block raises, the files are removed. Raises ApiError if there are no files or too many.
    """
    files = [file for _, file in request.files.items(multi=True) if file.filename]
    if not files:
        raise ApiError(
            HTTPStatus.BAD_REQUEST,
            "Send at least one file (for example with curl --form files=@photo.jpg), or JSON with "
            "'items'.",
        )
    folder = services.store.new_folder()
    # Whatever happens to this process, the dispatcher then removes what no job owns.
    with services.database.write() as session:
        note_folder(session, folder)
    try:
        items = list(_store_all(files, services, folder, dimensions))
        yield StoredFiles(folder, items, _digest(request, files))
    except (OperationalError, InterfaceError):
        # The commit may have succeeded.
        raise
    except BaseException:
        _remove(services, folder)
        raise


def _remove(services: Services, folder: str) -> None:
    services.store.remove_folder(folder)
    # Otherwise the dispatcher finds nothing to remove.
    with suppress(DBAPIError), services.database.write() as session:
        forget_folder(session, folder)


def _digest(request: Request, files: list[FileStorage]) -> str:
    """The digest of fields and files: the bytes of a form differ each time it is sent."""
    fields = sorted(request.form.items(multi=True))
    contents = [(file.filename, _staged(file).digest) for file in files]
    return sha256(json.dumps([fields, contents]).encode()).hexdigest()


def _store_all(
    files: list[FileStorage], services: Services, folder: str, dimensions: dict[str, str]
) -> Iterator[NewItem]:
    most = services.settings.max_items_per_request
    sent_bytes = sum(_staged(file).path.stat().st_size for file in files)
    budget = Budget(sent_bytes, services.settings.max_item_bytes)
    number, renewal = 0, _Renewal(services.database, folder)
    for file in files:
        for member in _read_file(file, budget):
            number += 1
            check_item_count(number, most)
            renewal.renew_when_due()
            yield _store(member, services, folder, number, dimensions)


class _Renewal:
    """Says from time to time that a folder is still being filled."""

    def __init__(self, database: Database, folder: str) -> None:
        self._database = database
        self._folder = folder
        self._due_at = monotonic() + RENEWAL_SECONDS

    def renew_when_due(self) -> None:
        if monotonic() < self._due_at:
            return
        self._due_at = monotonic() + RENEWAL_SECONDS
        # The next renewal is early enough.
        with suppress(DBAPIError), self._database.write() as session:
            renew_folder(session, self._folder)


def check_item_count(items: int, most: int) -> None:
    """Raises ApiError for a request of too many items."""
    if items > most:
        problem = f"A request takes at most {most} items. Split this one."
        raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, problem)


def _read_file(file: FileStorage, budget: Budget) -> Iterator[Member]:
    path, name = _staged(file).path, file.filename or ""
    if is_archive(path, name):
        yield from read_members(path, name, budget)
        return
    with path.open("rb") as content:
        yield Member(name, content)


def _staged(file: FileStorage) -> StagedFile:
    if not isinstance(file.stream, StagedFile):
        raise TypeError(f"Expected a StagedFile, got {type(file.stream).__name__}")
    return file.stream


def _store(
    member: Member, services: Services, folder: str, number: int, dimensions: dict[str, str]
) -> NewItem:
    name = clean_name(member.name)
    try:
        content = member.open()
        uri = services.store.write(folder, number, content, services.settings.max_item_bytes)
    except ItemError as refusal:
        return NewItem(name, uri="", dimensions=dimensions, error=Failure.of(refusal))
    return NewItem(name, uri, dimensions=dimensions)
