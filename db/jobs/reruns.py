"""Jobs that analyze the items of an earlier job again: the runs of one job share its uploads."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from db.engine import is_postgresql
from db.item_values import STORE_SCHEME, Failure, NewItem
from db.job_values import NewJob
from db.states import ErrorCode, JobState
from db.submissions.drafts import create_temporary_draft
from db.tables.items import ItemRow
from db.tables.jobs import JobRow


def begin_rerun(session: Session, job_id: int, job: NewJob) -> int | None:
    """A temporary draft that will have the items of a job; None where that is a draft or erased.

    From now on the uploads stay until the new job is erased, too.
    """
    first = select(JobRow).where(JobRow.id == job_id, JobRow.erasing_at.is_(None))
    row = session.scalars(first.with_for_update(key_share=True)).first()
    if row is None or row.state == JobState.DRAFT:
        return None
    folders = _read_uploads(session, job_id).intersection(row.store_folders)
    rerun_of = row.rerun_of or row.id
    again = replace(job, store_folders=tuple(sorted(folders)), rerun_of=rerun_of, tenant=row.tenant)
    again_id = create_temporary_draft(session, again)
    shared = update(JobRow).where(JobRow.id == again_id)
    session.execute(shared.values(uploaded_bytes=row.uploaded_bytes))
    return again_id


def _read_uploads(session: Session, job_id: int) -> set[str]:
    """The folders of the store that items of a job are in."""
    find = func.strpos if is_postgresql(session) else func.instr
    path = func.substr(ItemRow.uri, len(STORE_SCHEME) + 1)
    folder = func.substr(path, 1, find(path, "/") - 1)
    uploaded = (ItemRow.job_id == job_id, ItemRow.uri.startswith(STORE_SCHEME))
    return set(session.scalars(select(folder).distinct().where(*uploaded)))


def read_items_again(session: Session, job_id: int, *, after: int, limit: int) -> list[NewItem]:
    """The items of a job after a position, as they were accepted: what was rejected then is
    rejected again."""
    query = (
        select(ItemRow)
        .where(ItemRow.job_id == job_id, ItemRow.position > after)
        .order_by(ItemRow.position)
        .limit(limit)
    )
    return [_read_again(row) for row in session.scalars(query)]


def _read_again(row: ItemRow) -> NewItem:
    rejected = None
    if not row.uri and row.error_code is not None:
        rejected = Failure(ErrorCode(row.error_code), row.error_message or "")
    return NewItem(row.name, row.uri, row.captured_at, row.dimensions, rejected)


def read_runs(session: Session, job_id: int) -> list[int]:
    """The jobs with the same items that are not erased, this one included, the oldest first."""
    query = select(JobRow.id).where(of_same_items(session, job_id), JobRow.erasing_at.is_(None))
    return list(session.scalars(query.order_by(JobRow.id)))


def of_same_items(session: Session, job_id: int) -> ColumnElement[bool]:
    """Whether a job is a run of the same items, as a condition."""
    first = session.scalar(
        select(func.coalesce(JobRow.rerun_of, JobRow.id)).where(JobRow.id == job_id)
    )
    return or_(JobRow.id == first, JobRow.rerun_of == first)


def read_shared_folders(session: Session, job_id: int) -> set[str]:
    """The folders of the store that other runs, which are not erased, still need."""
    others: Sequence[list[str]] = session.scalars(
        select(JobRow.store_folders).where(
            of_same_items(session, job_id), JobRow.id != job_id, JobRow.erasing_at.is_(None)
        )
    ).all()
    return {folder for folders in others for folder in folders}
