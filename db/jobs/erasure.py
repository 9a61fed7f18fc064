"""Erasing a job: everything of it is removed; only a receipt remains."""

from dataclasses import dataclass

from sqlalchemy import Select, delete, func, null, select, update
from sqlalchemy.orm import Session

from db.chunks.segments import lock_videos
from db.clock import DatabaseTime
from db.counters import Counter, count
from db.counts.cells import erase_cells
from db.counts.sightings import erase_sightings
from db.counts.zone_counts import erase_zones
from db.embeddings import discard_embeddings
from db.item_values import STORE_SCHEME
from db.jobs.announcing import announce_job
from db.jobs.reruns import read_shared_folders
from db.states import LIVE_JOB_STATES, ChunkState, ItemState, JobState
from db.tables.audience import DeltaRow
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.items import DigestRow, ItemRow, LookRow, ThumbnailRow
from db.tables.jobs import JobRow, ListingRow, PieceRow, RequestRow
from db.tables.videos import VIDEO_TABLES
from db.webhooks.values import Event

# Items removed in one transaction with their faces and thumbnails: few, so that it is short.
ERASED_AT_ONCE = 2000
UNFINISHED = (ChunkState.WAITING, ChunkState.LEASED, ChunkState.CUT)


@dataclass(frozen=True, slots=True)
class ErasedJob:
    """A job that is being erased, and the folders of the store that are removed with it."""

    id: int
    store_folders: tuple[str, ...]


def erase_job(session: Session, job_id: int) -> bool:
    """Start erasing a job, which cancels it if it is live; False where it does not exist.

    From now on nothing of it is read or recorded. `remove_erased` removes its rows, a batch at a
    time.
    """
    # Lock the job's row first, as every transaction does: in different orders, two could wait for
    # each other.
    live = select(JobRow.state, JobRow.items).where(
        JobRow.id == job_id, JobRow.erasing_at.is_(None)
    )
    job = session.execute(live.with_for_update(key_share=True)).first()
    if job is None:
        return session.get(JobRow, job_id) is not None
    receipt = {"items": job.items, **_count_contents(session, job_id)}
    # Without its chunks, no late worker can record and no hint can claim.
    _remove_chunks(session, job_id)
    session.execute(delete(RequestRow).where(RequestRow.job_id == job_id))
    session.execute(delete(ListingRow).where(ListingRow.job_id == job_id))
    session.execute(delete(PieceRow).where(PieceRow.job_id == job_id))
    values: dict[str, object] = {"erasing_at": DatabaseTime(), "receipt": receipt}
    values |= {"name": "", "notes": "", "sample": null(), "people": null()}
    if job.state in LIVE_JOB_STATES:
        values |= {"state": JobState.CANCELLED, "finished_at": DatabaseTime()}
        count(session, Counter.JOBS_ENDED, JobState.CANCELLED)
    session.execute(update(JobRow).where(JobRow.id == job_id).values(values))
    if job.state in LIVE_JOB_STATES:
        announce_job(session, job_id, Event.CANCELLED)
    return True


def _remove_chunks(session: Session, job_id: int) -> None:
    # A video before its segments, as a worker at the end of a segment does; then all in the order
    # of `rescue_chunks_of`, so that neither waits for the other.
    lock_videos(session, job_id)
    chunks = select(ChunkRow.id).where(ChunkRow.job_id == job_id)
    session.execute(chunks.order_by(ChunkRow.item_id, ChunkRow.id).with_for_update()).all()
    # What still waited has ended.
    unfinished = select(func.sum(ChunkRow.unfinished)).where(
        ChunkRow.job_id == job_id, ChunkRow.state.in_(UNFINISHED)
    )
    left = session.scalar(unfinished) or 0
    count(session, Counter.ITEMS_ENDED, ItemState.CANCELLED, amount=left)
    session.execute(delete(ChunkRow).where(ChunkRow.job_id == job_id))
    erase_cells(session, job_id)
    erase_sightings(session, job_id)
    erase_zones(session, job_id)
    discard_embeddings(session, job_id)


def _count_contents(session: Session, job_id: int) -> dict[str, int]:
    of_job = ItemRow.job_id == job_id
    return {
        "faces": session.scalar(
            select(func.coalesce(func.sum(ChunkRow.faces), 0)).where(
                ChunkRow.job_id == job_id, ChunkRow.state != ChunkState.SPLIT
            )
        )
        or 0,
        "thumbnails": session.scalar(
            select(func.count()).select_from(ThumbnailRow).join(ItemRow).where(of_job)
        )
        or 0,
        "uploads": _count_uploads(session, job_id),
    }


def _count_uploads(session: Session, job_id: int) -> int:
    """Those that are removed with a job: the uploads of several runs go with the last of them."""
    if read_shared_folders(session, job_id):
        return 0
    uploaded = ItemRow.uri.startswith(STORE_SCHEME)
    return session.scalar(select(func.count()).where(ItemRow.job_id == job_id, uploaded)) or 0


def read_jobs_to_erase(session: Session) -> list[ErasedJob]:
    """Jobs whose erasure has started and not finished; uploads that another run of the same items
    needs stay until that is erased."""
    return [
        ErasedJob(job_id, tuple(set(folders) - read_shared_folders(session, job_id)))
        for job_id, folders in session.execute(select_jobs_to_erase()).all()
    ]


def select_jobs_to_erase() -> Select[int, list[str]]:
    """The same as a query."""
    is_going = (JobRow.erasing_at.is_not(None), JobRow.erased_at.is_(None))
    return select(JobRow.id, JobRow.store_folders).where(*is_going)


def remove_erased(session: Session, job_id: int) -> bool:
    """Remove the next batch of rows of a job that is being erased; True when none are left."""
    # `erase_job` did not see sub-chunks that another transaction was cutting at that moment.
    _remove_chunks(session, job_id)
    batch = list(
        session.scalars(select(ItemRow.id).where(ItemRow.job_id == job_id).limit(ERASED_AT_ONCE))
    )
    digests = select(ItemRow.digest).where(ItemRow.id.in_(batch))
    session.execute(
        delete(DigestRow).where(DigestRow.job_id == job_id, DigestRow.digest.in_(digests))
    )
    session.execute(delete(LookRow).where(LookRow.job_id == job_id))
    for table in (FaceRow, ThumbnailRow, *VIDEO_TABLES):
        session.execute(delete(table).where(table.item_id.in_(batch)))
    session.execute(delete(ItemRow).where(ItemRow.id.in_(batch)))
    return len(batch) < ERASED_AT_ONCE


def finish_erasure(session: Session, job_id: int) -> bool:
    """Complete the receipt once rows and uploads are gone; False while the cube still counts the
    job."""
    in_cube = select(DeltaRow.id).where(DeltaRow.job_id == job_id).exists()
    gone = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, ~in_cube)
        .values(erased_at=DatabaseTime(), store_folders=[])
        .returning(JobRow.id)
    )
    is_gone = gone.first() is not None
    if is_gone:
        announce_job(session, job_id, Event.ERASED)
    return is_gone


def read_jobs_to_expire(session: Session) -> list[int]:
    """Jobs that have expired."""
    return list(session.scalars(select_jobs_to_expire()))


def select_jobs_to_expire() -> Select[int]:
    """The same as a query."""
    has_expired = (JobRow.expires_at < DatabaseTime(), JobRow.erasing_at.is_(None))
    return select(JobRow.id).where(*has_expired)


def erase_abandoned_drafts(session: Session, after_seconds: float) -> list[int]:
    """Erase drafts to which nothing was added for so long: whoever sent their items is gone."""
    touched_at = func.coalesce(JobRow.appended_at, JobRow.created_at)
    query = select(JobRow.id).where(
        JobRow.state == JobState.DRAFT,
        JobRow.erasing_at.is_(None),
        touched_at < DatabaseTime(-after_seconds),
    )
    abandoned = list(session.scalars(query.with_for_update(skip_locked=True, key_share=True)))
    for job_id in abandoned:
        erase_job(session, job_id)
    return abandoned
