"""Uploaded files become items: each is streamed to disk as it arrives, then moved to the store."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from http import HTTPStatus
from time import monotonic
from typing import TypeVar

from flask import Request
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from api.archives.bounds import Budget
from api.archives.files import is_archive, read_members
from api.archives.members import Member
from api.errors import ApiError, InvalidRequest
from api.schemas.fields import Strict
from api.schemas.items import ItemRules, in_utc
from api.schemas.submissions import FileFields, FilesForm
from api.services import Services, services
from api.staging import StagedFile
from api.submissions.quotas import note_uploaded
from api.validation import check_shape, validate
from db.engine import Database
from db.item_values import Failure, NewItem, clean_name
from db.submissions.drafts import add_skipped
from db.submissions.loose_folders import (
    RENEWAL_SECONDS,
    forget_folder,
    give_folder,
    note_folder,
    renew_folder,
)
from models.blocks import Readable
from models.errors import ForbiddenItem, ItemError
from models.file_kinds.litter import Litter
from models.file_kinds.recognition import HEAD_BYTES, is_video
from worker.sources.store import StorageUnavailable

# Members of an archive that are remembered for links to them; a name takes some hundred bytes.
MOST_LINKABLE = 100_000

FormT = TypeVar("FormT", bound=Strict)


def read_fields(form: type[FormT], request: Request) -> FormT:
    """The fields of a form other than its files; raises ApiError if one is not valid."""
    request.max_content_length = services().settings.max_upload_bytes
    fields: dict[str, object] = dict(request.form)
    if "tags" in fields:
        fields["tags"] = request.form.getlist("tags")
    for name in ("options", "dimensions", "items"):
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
    """Files of a request in the store under `folder`; `digest` identifies their content, and
    `skipped` counts what was left out of archives."""

    folder: str
    items: list[NewItem]
    digest: str
    skipped: Mapping[str, int]
    size_bytes: int

    def give_to(self, session: Session, job_id: int) -> None:
        """The job owns them from now on; raises StorageUnavailable if they were removed."""
        if not give_folder(session, self.folder, job_id):
            raise StorageUnavailable("Storing the upload took too long. Send it again.")
        add_skipped(session, job_id, self.skipped)
        note_uploaded(session, job_id, self.size_bytes)


@contextmanager
def stored_files(
    request: Request, services: Services, form: FilesForm, rules: ItemRules
) -> Iterator[StoredFiles]:
    """Store every file, and every picture and video of an archive, as an item for the block to
    accept.

    If the block raises, the files are removed. Raises ApiError if there are no files or too many.
    """
    files = [file for _, file in request.files.items(multi=True) if file.filename]
    if not files:
        raise ApiError(
            HTTPStatus.BAD_REQUEST,
            "Send at least one file (for example with curl --form files=@photo.jpg), or JSON with "
            "'items'.",
        )
    fields = form.fields_of(len(files))
    with store_files(files, fields, services, form.dimensions, rules) as stored:
        yield replace(stored, digest=_digest(request, files))


@contextmanager
def store_files(
    files: Sequence[FileStorage],
    fields: Sequence[FileFields],
    services: Services,
    dimensions: Mapping[str, str],
    rules: ItemRules,
) -> Iterator[StoredFiles]:
    """The same for staged files, with what is said of each; their digest is left empty."""
    folder, skipped = services.store.new_folder(), Counter[Litter]()
    # Whatever happens to this process, the dispatcher then removes what no job owns.
    with services.database.write() as session:
        note_folder(session, folder)
    try:
        storing = _Storing(services, folder, dimensions, rules, skipped)
        items = list(storing.store_all(files, fields))
        yield StoredFiles(folder, items, "", _count(skipped), storing.size_bytes)
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


def _count(skipped: Counter[Litter]) -> dict[str, int]:
    return {why.value: files for why, files in skipped.items()}


def _digest(request: Request, files: list[FileStorage]) -> str:
    """The digest of fields and files: the bytes of a form differ each time it is sent."""
    fields = sorted(request.form.items(multi=True))
    contents = [(file.filename, _staged(file).digest) for file in files]
    return sha256(json.dumps([fields, contents]).encode()).hexdigest()


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


def _staged(file: FileStorage) -> StagedFile:
    if not isinstance(file.stream, StagedFile):
        raise TypeError(f"Expected a StagedFile, got {type(file.stream).__name__}")
    return file.stream


@dataclass(slots=True)
class _Storing:
    """Stores the files of one request."""

    services: Services
    folder: str
    dimensions: Mapping[str, str]
    rules: ItemRules
    skipped: Counter[Litter]
    size_bytes: int = 0

    def store_all(
        self, files: Sequence[FileStorage], fields: Sequence[FileFields]
    ) -> Iterator[NewItem]:
        settings = self.services.settings
        sent_bytes = sum(_staged(file).path.stat().st_size for file in files)
        budget = Budget(sent_bytes, max(settings.max_item_bytes, settings.max_video_bytes))
        number, renewal = 0, _Renewal(self.services.database, self.folder)
        for file, of_file in zip(files, fields, strict=True):
            # The members of an archive that others have the same content as.
            stored: dict[str, str] = {}
            for member in self._read_file(file, of_file, budget):
                number += 1
                check_item_count(number, settings.max_items_per_request)
                renewal.renew_when_due()
                yield self._store(member, number, of_file, stored)

    def _read_file(self, file: FileStorage, fields: FileFields, budget: Budget) -> Iterator[Member]:
        path, name = _staged(file).path, file.filename or ""
        if is_archive(path, name):
            yield from read_members(path, name, budget, self.skipped)
            return
        with path.open("rb") as content:
            is_film = is_video(content.read(HEAD_BYTES))
            content.seek(0)
            yield Member(fields.name or name, content, is_video=is_film)

    def _store(
        self, member: Member, number: int, fields: FileFields, stored: dict[str, str]
    ) -> NewItem:
        item = NewItem(
            clean_name(member.name),
            uri="",
            captured_at=in_utc(fields.captured_at, self.rules.zone),
            dimensions=self._dimensions_of(member, fields),
        )
        try:
            uri = self._write(member, number, stored)
        except ItemError as refusal:
            return replace(item, error=Failure.of(refusal))
        if member.stored_name is not None and len(stored) < MOST_LINKABLE:
            stored[member.stored_name] = uri
        return replace(item, uri=uri)

    def _dimensions_of(self, member: Member, fields: FileFields) -> dict[str, str]:
        given = {**self.dimensions, **fields.dimensions}
        try:
            return self.rules.dimensions_of(clean_name(member.name), given)
        except ValueError as error:
            # Of a file that fails anyway, and of an archive that is damaged, that is said.
            if isinstance(member.content, ItemError):
                return given
            raise InvalidRequest(f"{error}. Nothing was added.") from error

    def _write(self, member: Member, number: int, stored: Mapping[str, str]) -> str:
        store, settings = self.services.store, self.services.settings
        if member.same_as is None:
            most = settings.max_video_bytes if member.is_video else settings.max_item_bytes
            return self._copy(member.open(), number, most)
        uri = stored.get(member.same_as)
        if uri is None:
            raise ForbiddenItem(
                "The file is a link to one that is not before it in the archive. Send the file "
                "itself."
            )
        with store.open(uri) as content:
            # It was within its limit when it was stored first.
            most = max(settings.max_item_bytes, settings.max_video_bytes)
            return self._copy(content, number, most)

    def _copy(self, source: Readable, number: int, most_bytes: int) -> str:
        metered = _Metered(source)
        uri = self.services.store.write(self.folder, number, metered, most_bytes)
        self.size_bytes += metered.size_bytes
        return uri


class _Metered:
    """A source that counts what is read of it."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self.size_bytes = 0

    def read(self, size: int = -1, /) -> bytes:
        block = self._source.read(size)
        self.size_bytes += len(block)
        return block
