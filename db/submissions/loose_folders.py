"""Folders of the store that no job has yet: noted before anything is stored in them."""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.submissions.drafts import add_store_folder
from db.tables.jobs import LooseFolderRow

# A request that fills a folder renews it this often; without it, the folder is abandoned.
RENEWAL_SECONDS = 60.0
ABANDONED_SECONDS = 3600.0


def note_folder(session: Session, folder: str) -> None:
    """Before a request stores its first file in a folder."""
    session.add(LooseFolderRow(folder=folder))


def renew_folder(session: Session, folder: str) -> None:
    """The request is still storing files."""
    of_request = LooseFolderRow.folder == folder
    session.execute(update(LooseFolderRow).where(of_request).values(seen_at=DatabaseTime()))


def give_folder(session: Session, folder: str, job_id: int) -> bool:
    """Let a job have a folder that was noted; False where it was taken for abandoned."""
    noted = session.execute(
        delete(LooseFolderRow)
        .where(LooseFolderRow.folder == folder, LooseFolderRow.swept_at.is_(None))
        .returning(LooseFolderRow.folder)
    ).first()
    if noted is not None:
        add_store_folder(session, job_id, folder)
    return noted is not None


def take_abandoned_folders(session: Session) -> list[str]:
    """Folders whose request has died; their files are to be removed, and then the folders."""
    abandoned = (
        update(LooseFolderRow)
        .where(LooseFolderRow.seen_at < DatabaseTime(-ABANDONED_SECONDS))
        .values(swept_at=DatabaseTime())
        .returning(LooseFolderRow.folder)
    )
    return list(session.scalars(abandoned))


def forget_folder(session: Session, folder: str) -> None:
    """Nothing is stored in it any more."""
    session.execute(delete(LooseFolderRow).where(LooseFolderRow.folder == folder))
