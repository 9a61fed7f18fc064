"""Large files that arrive at a draft piece by piece, and then are like any other upload."""

from contextlib import suppress
from hashlib import sha256
from http import HTTPStatus

from flask import request
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import FileStorage

from api.access.callers import current_caller
from api.errors import ApiError
from api.schemas.pieces import WholeFileBody
from api.services import services
from api.staging import StagedFile
from api.submissions.idempotency import refuse_accepted
from api.submissions.manifest_jobs import append
from api.submissions.quotas import note_uploaded
from api.submissions.rules import make_rules
from api.submissions.uploads import store_files
from db.job_values import JobOptions
from db.submissions.idempotency import note_request
from db.submissions.loose_folders import forget_folder, note_folder
from db.submissions.pieces import Piece, add_piece, count_received, read_pieces, release_pieces
from models.blocks import read_blocks


def receive_piece(job_id: int, name: str, offset: int) -> int:
    """Store the body of this request as the next piece of a file; how many bytes of it are there.

    Raises ApiError where the file has not arrived up to `offset`, or is larger than allowed.
    """
    opened = services()
    most = opened.settings.max_upload_bytes - offset
    request.max_content_length = max(most, 0)
    staged = _stage()
    size_bytes = staged.path.stat().st_size
    piece = _store(staged, size_bytes)
    try:
        with opened.database.write() as session:
            if not add_piece(session, job_id, name, offset, piece):
                received = count_received(session, job_id, name)
                raise ApiError(
                    HTTPStatus.CONFLICT,
                    f"{received} bytes of this file are here: send what follows, to an open draft.",
                )
            note_uploaded(session, job_id, size_bytes)
    except ApiError:
        _remove(piece.folder)
        raise
    return offset + size_bytes


def _stage() -> StagedFile:
    staged = services().staging.new_file()
    for block in read_blocks(request.stream):
        staged.write(block)
    staged.seek(0)
    return staged


def _store(staged: StagedFile, size_bytes: int) -> Piece:
    opened = services()
    folder = opened.store.new_folder()
    with opened.database.write() as session:
        note_folder(session, folder)
    return Piece(folder, opened.store.write(folder, 1, staged, size_bytes), size_bytes)


def join_pieces(
    job_id: int, options: JobOptions, name: str, body: WholeFileBody, idempotency_key: str | None
) -> None:
    """Add a file whose pieces have all arrived to a draft, as if it had come in one request."""
    opened, digest = services(), sha256(f"{name} {body.model_dump_json()}".encode()).hexdigest()
    with opened.database.write() as session:
        refuse_accepted(session, idempotency_key, digest, job_id)
        pieces = read_pieces(session, job_id, name)
    _require_all(pieces, body.size_bytes)
    whole = FileStorage(
        _join(pieces),  # type: ignore[arg-type]  # it is as much of a file as anyone uses
        filename=body.name,
    )
    with (
        store_files([whole], [body.to_fields()], opened, body.shared, make_rules(options)) as files,
        opened.database.write() as session,
    ):
        refuse_accepted(session, idempotency_key, digest, job_id)
        append(session, job_id, files.items)
        files.give_to(session, job_id)
        # They were counted as they came.
        note_uploaded(session, job_id, -body.size_bytes)
        folders = release_pieces(session, job_id, name)
        if len(folders) < len(pieces):
            raise ApiError(HTTPStatus.CONFLICT, "This file was added by another request.")
        if idempotency_key is not None:
            note_request(session, current_caller().reach.home, idempotency_key, digest, job_id)
    for folder in folders:
        _remove(folder)


def _require_all(pieces: list[Piece], size_bytes: int) -> None:
    received = sum(piece.size_bytes for piece in pieces)
    if received != size_bytes:
        raise ApiError(
            HTTPStatus.CONFLICT,
            f"{received} of {size_bytes} bytes of this file are here. Send the others first.",
        )


def _join(pieces: list[Piece]) -> StagedFile:
    opened = services()
    whole = opened.staging.new_file()
    for piece in pieces:
        with opened.store.open(piece.uri) as content:
            for block in read_blocks(content):
                whole.write(block)
    whole.seek(0)
    return whole


def _remove(folder: str) -> None:
    # Otherwise the dispatcher does.
    with suppress(OSError, DBAPIError):
        services().store.remove_folder(folder)
        with services().database.write() as session:
            forget_folder(session, folder)
