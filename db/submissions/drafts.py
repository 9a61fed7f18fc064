"""A submission becomes a job with items; once it is finalized, workers may claim its chunks."""

from collections import Counter as Numbers
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from db.bulk import insert_rows
from db.chunks.cutting import cut_into_chunks
from db.clock import DatabaseTime
from db.counters import Counter, count
from db.counts.cells import record_tally
from db.counts.tally import Tally
from db.counts.time_zones import read_zone
from db.deliveries.destinations import add_destination
from db.item_values import NewItem
from db.job_values import NewJob
from db.states import ItemState, JobState
from db.tables.items import ItemRow
from db.tables.jobs import JobRow

# How long one request may take to fill its temporary draft.
TEMPORARY_SECONDS = 3600.0


def accept_job(session: Session, job: NewJob, items: Sequence[NewItem], chunk_items: int) -> int:
    """Insert a job with its items, ready for workers, in chunks of at most `chunk_items`."""
    job_id = create_draft(session, job)
    append_items(session, job_id, items)
    finalize_job(session, job_id, chunk_items)
    return job_id


def create_draft(session: Session, job: NewJob) -> int:
    """Insert a job without items; continue with `append_items` and `finalize_job`."""
    row = JobRow(
        tenant=job.tenant,
        state=JobState.DRAFT,
        tags=list(job.tags),
        options=asdict(job.options),
        priority=job.priority,
        name=job.name,
        notes=job.notes,
        expires_at=job.expires_at,
        store_folders=list(job.store_folders),
        rerun_of=job.rerun_of,
        headcount=job.headcount,
        sample=None if job.options.stop_when is None else {"estimates": [], "is_known": False},
        request_id=job.request_id,
        trace_parent=job.trace_parent,
    )
    session.add(row)
    session.flush()
    if job.options.results_to is not None:
        add_destination(session, row.id, job.options.results_to)
    count(session, Counter.JOBS_SUBMITTED)
    return row.id


def create_temporary_draft(session: Session, job: NewJob) -> int:
    """A draft that one request fills in several transactions, and keeps with `keep_draft`.

    If the request dies before, the draft expires.
    """
    job_id = create_draft(session, job)
    session.execute(
        update(JobRow).where(JobRow.id == job_id).values(expires_at=DatabaseTime(TEMPORARY_SECONDS))
    )
    return job_id


def keep_draft(session: Session, job_id: int, expires_at: datetime | None) -> bool:
    """Give a temporary draft the expiry that was requested; False where it is no longer a draft."""
    kept = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state == JobState.DRAFT)
        .values(expires_at=expires_at)
        .returning(JobRow.id)
    ).first()
    return kept is not None


def append_items(session: Session, job_id: int, items: Sequence[NewItem]) -> bool:
    """Add items to the end of a draft; False, adding none, where the job is not a draft."""
    total = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state == JobState.DRAFT)
        .values(items=JobRow.items + len(items), appended_at=DatabaseTime())
        .returning(JobRow.items)
    ).scalar_one_or_none()
    if total is None:
        return False
    first = total - len(items)
    rows = [_item_row(job_id, first + index, item) for index, item in enumerate(items)]
    insert_rows(session, ItemRow, rows)
    _tally_rejected(session, job_id, items)
    return True


def _tally_rejected(session: Session, job_id: int, items: Sequence[NewItem]) -> None:
    rejected = [(item, item.error.code) for item in items if item.error]
    if not rejected:
        return
    tally = Tally(read_zone(session, job_id))
    for item, code in rejected:
        tally.add_failure(item.dimensions, item.captured_at, code)
        count(session, Counter.ITEM_ERRORS, code)
    record_tally(session, job_id, tally)


def add_store_folder(session: Session, job_id: int, folder: str) -> None:
    """Note a folder of the store with files of a job, so that it is removed with the job."""
    row = session.get_one(JobRow, job_id, with_for_update={"key_share": True})
    row.store_folders = [*row.store_folders, folder]


def add_skipped(session: Session, job_id: int, skipped: Mapping[str, int]) -> None:
    """Count files that were left out of archives."""
    row = session.get_one(JobRow, job_id, with_for_update={"key_share": True})
    row.skipped = dict(Numbers(row.skipped) + Numbers(skipped))


def _item_row(job_id: int, position: int, item: NewItem) -> dict[str, object]:
    return {
        "job_id": job_id,
        "position": position,
        "name": item.name,
        "uri": item.uri,
        "state": ItemState.FAILED if item.error else ItemState.WAITING,
        "error_code": item.error.code if item.error else None,
        "error_message": item.error.message if item.error else None,
        "captured_at": item.captured_at,
        "dimensions": item.dimensions,
    }


def finalize_job(session: Session, job_id: int, chunk_items: int) -> bool:
    """Cut a draft into chunks that workers may claim; False where the job is not a draft."""
    items = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state == JobState.DRAFT)
        .values(state=JobState.QUEUED, queued_at=DatabaseTime())
        .returning(JobRow.items)
    ).scalar_one_or_none()
    if items is None:
        return False
    cut_into_chunks(session, job_id, items, chunk_items)
    return True
