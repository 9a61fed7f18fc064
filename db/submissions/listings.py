"""Folders and buckets whose files become the items of a job: claimed, listed page by page, ended.

A page is added together with the name of its last file, in one transaction and only if the page
before it was the last: however many processes list, and wherever one dies, each file is added once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.item_values import NewItem
from db.job_values import JobOptions
from db.states import JobState, PauseReason
from db.submissions.drafts import add_skipped, append_items, finalize_job
from db.submissions.quotas import Quotas, require_item_room
from db.tables.jobs import JobRow, ListingRow

# A process that lists adds a page within this time, or it is taken for dead.
CLAIM_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder that is to be listed after a file, and what its items have in common."""

    job_id: int
    uri: str
    after: str | None
    dimensions: Mapping[str, str]
    options: JobOptions
    most_items: int = 0


def add_listing(
    session: Session, job_id: int, uri: str, dimensions: Mapping[str, str], most_items: int = 0
) -> None:
    """Let a draft have the files of a folder; it starts once they are all there."""
    row = ListingRow(job_id=job_id, uri=uri, dimensions=dict(dimensions), most_items=most_items)
    session.add(row)


def claim_listing(session: Session) -> Listing | None:
    """The next one that nobody lists."""
    is_free = or_(ListingRow.claimed_until.is_(None), ListingRow.claimed_until < DatabaseTime())
    query = (
        select(ListingRow, JobRow.options)
        .join(JobRow)
        .where(is_free, *_is_open())
        .order_by(ListingRow.claimed_until, ListingRow.job_id)
        .limit(1)
    )
    found = session.execute(query.with_for_update(skip_locked=True, of=ListingRow)).first()
    if found is None:
        return None
    row, options = found
    row.claimed_until = DatabaseTime(CLAIM_SECONDS)
    session.flush()
    said = JobOptions.of(options)
    return Listing(row.job_id, row.uri, row.after, row.dimensions, said, row.most_items)


def _is_open() -> tuple[ColumnElement[bool], ...]:
    return JobRow.state == JobState.DRAFT, JobRow.erasing_at.is_(None)


def record_page(
    session: Session,
    listing: Listing,
    items: Sequence[NewItem],
    skipped: Mapping[str, int],
    last: str,
) -> bool:
    """Add the files up to `last`; False, adding none, where another process was faster, or the job
    is no longer open. Raises QuotaExceeded."""
    if not _lock(session, listing):
        return False
    if items:
        append_items(session, listing.job_id, items)
        require_item_room(session, listing.job_id, Quotas(job_items=listing.most_items))
    if skipped:
        add_skipped(session, listing.job_id, skipped)
    _update(session, listing, after=last, claimed_until=DatabaseTime(CLAIM_SECONDS), failures=0)
    return True


def finish_listing(session: Session, listing: Listing, chunk_items: int) -> bool:
    """Start the job, which has all files; False where another process did, or it has none."""
    if not _lock(session, listing):
        return False
    if not session.scalar(select(JobRow.items).where(JobRow.id == listing.job_id)):
        return False
    session.execute(delete(ListingRow).where(ListingRow.job_id == listing.job_id))
    return finalize_job(session, listing.job_id, chunk_items)


def postpone_listing(session: Session, listing: Listing, seconds: float) -> int:
    """Try again later; how often in a row it has failed."""
    if not _lock(session, listing):
        return 0
    failures = ListingRow.failures + 1
    _update(session, listing, claimed_until=DatabaseTime(seconds), failures=failures)
    query = select(ListingRow.failures).where(ListingRow.job_id == listing.job_id)
    return session.execute(query).scalar_one()


def pause_listing(session: Session, listing: Listing, message: str) -> bool:
    """Wait for a person; False where the job is no longer open."""
    if not _lock(session, listing):
        return False
    values: dict[str, Any] = {
        "state": JobState.PAUSED,
        "paused_at": DatabaseTime(),
        "pause": {"code": PauseReason.NOT_LISTED, "message": message},
    }
    session.execute(update(JobRow).where(JobRow.id == listing.job_id).values(values))
    _update(session, listing, claimed_until=None, failures=0)
    _forget_where_empty(session, listing)
    return True


def _forget_where_empty(session: Session, listing: Listing) -> None:
    """A job that has no items yet is listed from the start when it is resumed."""
    job = JobRow.id == listing.job_id
    empty = update(JobRow).where(job, JobRow.items == 0).values(skipped={}).returning(JobRow.id)
    if session.execute(empty).first() is not None:
        _update(session, listing, after=None)


def read_listed(session: Session, job_ids: Sequence[int]) -> dict[int, str]:
    """Which of these jobs are still being listed, with the address of the folder."""
    if not job_ids:
        return {}
    query = select(ListingRow.job_id, ListingRow.uri).where(ListingRow.job_id.in_(job_ids))
    return {job_id: uri for job_id, uri in session.execute(query)}


def is_listed(session: Session, job_id: int) -> bool:
    """Whether files are still to be added to a job."""
    return job_id in read_listed(session, [job_id])


def _lock(session: Session, listing: Listing) -> bool:
    """Lock the job's row first, as an erasure does; whether the listing is still where it was."""
    job = select(JobRow.id).where(JobRow.id == listing.job_id, *_is_open())
    if session.scalar(job.with_for_update(key_share=True)) is None:
        return False
    mine = select(ListingRow.job_id).where(
        ListingRow.job_id == listing.job_id,
        ListingRow.after.is_not_distinct_from(listing.after),
    )
    return session.scalar(mine.with_for_update()) is not None


def _update(session: Session, listing: Listing, **values: Any) -> None:
    mine = ListingRow.job_id == listing.job_id
    session.execute(update(ListingRow).where(mine).values(**values))
