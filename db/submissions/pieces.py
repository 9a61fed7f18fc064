"""Large files that arrive at a draft piece by piece, each from where the last one ended, and are
joined once they are whole.

The store folder of a piece is the job's until then, so that it goes with an abandoned draft.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from db.states import JobState
from db.submissions.loose_folders import give_folder, note_folder
from db.tables.jobs import JobRow, PieceRow


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file in the store, at `uri`, in a folder of its own."""

    folder: str
    uri: str
    size_bytes: int


def count_received(session: Session, job_id: int, name: str) -> int:
    """How many bytes of a file have arrived."""
    received = select(func.coalesce(func.sum(PieceRow.size_bytes), 0))
    return int(session.scalar(received.where(*_of_file(job_id, name))) or 0)


def add_piece(session: Session, job_id: int, name: str, offset: int, piece: Piece) -> bool:
    """Note a piece that was stored; False, noting nothing, where the job is no draft, the file has
    not arrived up to this offset or is already beyond it, or the piece was removed meanwhile."""
    if not _lock_draft(session, job_id) or count_received(session, job_id, name) != offset:
        return False
    if not give_folder(session, piece.folder, job_id):
        return False
    row = PieceRow(job_id=job_id, name=name, offset=offset, folder=piece.folder, uri=piece.uri)
    row.size_bytes = piece.size_bytes
    session.add(row)
    session.flush()
    return True


def read_pieces(session: Session, job_id: int, name: str) -> list[Piece]:
    """The pieces of a file, in order."""
    query = select(PieceRow).where(*_of_file(job_id, name)).order_by(PieceRow.offset)
    return [Piece(row.folder, row.uri, row.size_bytes) for row in session.scalars(query)]


def release_pieces(session: Session, job_id: int, name: str) -> list[str]:
    """Forget the pieces of a file that was joined: their folders, which are nobody's now and are to
    be removed; none where someone else has done so."""
    if not _lock_draft(session, job_id):
        return []
    gone = delete(PieceRow).where(*_of_file(job_id, name)).returning(PieceRow.folder)
    folders = list(session.scalars(gone))
    row = session.get_one(JobRow, job_id)
    row.store_folders = [one for one in row.store_folders if one not in folders]
    for folder in folders:
        # If this process dies before it has removed them, the dispatcher does.
        note_folder(session, folder)
    return folders


def _lock_draft(session: Session, job_id: int) -> bool:
    query = select(JobRow.state).where(JobRow.id == job_id, JobRow.erasing_at.is_(None))
    return session.scalar(query.with_for_update(key_share=True)) == JobState.DRAFT


def _of_file(job_id: int, name: str) -> tuple[ColumnElement[bool], ...]:
    return PieceRow.job_id == job_id, PieceRow.name == name
