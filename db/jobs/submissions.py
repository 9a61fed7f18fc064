"""A submission becomes a job with items, and once complete it is cut into chunks for workers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import pairwise
from math import ceil

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from db.audience.cells import record_tally
from db.audience.tally import Tally
from db.bulk import insert_rows
from db.clock import DatabaseTime
from db.item_values import NewItem
from db.job_values import NewJob
from db.processes import count_slots
from db.states import ChunkState, ItemState, JobState, ProcessRole
from db.tables import ChunkRow, ItemRow, JobRow

# A small job is cut into smaller chunks than allowed, so that every slot gets some of it.
CHUNKS_PER_SLOT = 4
# How long one request may take to fill its draft.
SUBMISSION_SECONDS = 3600.0


def accept_job(session: Session, job: NewJob, items: Sequence[NewItem], chunk_items: int) -> int:
    """Insert a job with its items, ready for workers, in chunks of at most `chunk_items`."""
    job_id = create_draft(session, job)
    append_items(session, job_id, items)
    start_job(session, job_id, chunk_items)
    return job_id


def create_draft(session: Session, job: NewJob) -> int:
    """Insert a job without items; continue with `append_items` and `start_job`."""
    row = JobRow(
        state=JobState.DRAFT,
        tags=list(job.tags),
        options=asdict(job.options),
        priority=job.priority,
        expires_at=job.expires_at,
        batches=list(job.batches),
    )
    session.add(row)
    session.flush()
    return row.id


def open_submission(session: Session, job: NewJob) -> int:
    """A draft that one request fills in several transactions and ends with `close_submission`; if
    the request dies, the draft expires."""
    job_id = create_draft(session, job)
    session.execute(
        update(JobRow)
        .where(JobRow.id == job_id)
        .values(expires_at=DatabaseTime(SUBMISSION_SECONDS))
    )
    return job_id


def close_submission(session: Session, job_id: int, expires_at: datetime | None) -> bool:
    """Give such a draft the expiry that was requested; False where it is not a draft any more."""
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
        .values(items=JobRow.items + len(items))
        .returning(JobRow.items)
    ).scalar_one_or_none()
    if total is None:
        return False
    first = total - len(items)
    rows = [_item_row(job_id, first + index, item) for index, item in enumerate(items)]
    insert_rows(session, ItemRow, rows)
    _tally_refused(session, job_id, items)
    return True


def _tally_refused(session: Session, job_id: int, items: Sequence[NewItem]) -> None:
    tally = Tally()
    for item in items:
        if item.error:
            tally.add_failure(item.dimensions, item.captured_at, item.error.code)
    record_tally(session, job_id, tally)


def add_batch(session: Session, job_id: int, batch: str) -> None:
    """Note where more files of a job are kept, so that they are removed with it."""
    row = session.get_one(JobRow, job_id, with_for_update={"key_share": True})
    row.batches = [*row.batches, batch]


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


def start_job(session: Session, job_id: int, chunk_items: int) -> bool:
    """Cut a draft into chunks that workers may claim; False where the job is not a draft."""
    items = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state == JobState.DRAFT)
        .values(state=JobState.QUEUED, queued_at=DatabaseTime())
        .returning(JobRow.items)
    ).scalar_one_or_none()
    if items is None:
        return False
    slots = count_slots(session, ProcessRole.BULK) or 1
    size = max(1, min(chunk_items, ceil(items / (CHUNKS_PER_SLOT * slots))))
    if items:
        session.execute(insert(ChunkRow), _chunk_rows(session, job_id, items, size))
    return True


def _chunk_rows(session: Session, job_id: int, items: int, size: int) -> list[dict[str, object]]:
    refused = _count_refused(session, job_id, size)
    return [
        {
            "job_id": job_id,
            "start": start,
            "stop": stop,
            "state": ChunkState.DONE if refused[start] == stop - start else ChunkState.WAITING,
            "failed": refused[start],
            "ended_before": refused[start],
        }
        for start, stop in pairwise([*range(0, items, size), items])
    ]


def _count_refused(session: Session, job_id: int, size: int) -> Counter[int]:
    """How many items were refused at the door, by the start of their chunk."""
    query = select(ItemRow.position).where(
        ItemRow.job_id == job_id, ItemRow.error_code.is_not(None)
    )
    return Counter(position - position % size for position in session.scalars(query))
