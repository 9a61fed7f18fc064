"""Erasing means gone: what a job held is removed, and a receipt of it stays."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from db.audience.cells import erase_cells
from db.audience_tables import DeltaRow
from db.clock import DatabaseTime
from db.item_values import STORE_SCHEME
from db.states import LIVE_JOB_STATES, ChunkState, JobState
from db.tables import ChunkRow, DigestRow, FaceRow, ItemRow, JobRow, RequestRow, ThumbnailRow
from db.video_tables import OF_VIDEOS

# Items removed in one transaction, with their faces and thumbnails: short, so that nobody waits.
ERASED_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class ErasedJob:
    """A job whose rows are gone, and whose uploads are to be removed next."""

    id: int
    batches: tuple[str, ...]


def erase_job(session: Session, job_id: int) -> bool:
    """Let go of a job: from now on nothing of it is read or recorded; False where there is none.

    A live job is cancelled by it. The rows are removed by `remove_erased`, a piece at a time.
    """
    # The job's row first, as everybody does: in another order two could wait for each other.
    live = select(JobRow.state, JobRow.items).where(
        JobRow.id == job_id, JobRow.erasing_at.is_(None)
    )
    job = session.execute(live.with_for_update(key_share=True)).first()
    if job is None:
        return session.get(JobRow, job_id) is not None
    receipt = {"items": job.items, **_count_held(session, job_id)}
    # Without its chunk no late worker can record, and no hint claims.
    _remove_chunks(session, job_id)
    session.execute(delete(RequestRow).where(RequestRow.job_id == job_id))
    values: dict[str, object] = {"erasing_at": DatabaseTime(), "receipt": receipt}
    if job.state in LIVE_JOB_STATES:
        values |= {"state": JobState.CANCELLED, "finished_at": DatabaseTime()}
    session.execute(update(JobRow).where(JobRow.id == job_id).values(values))
    return True


def _remove_chunks(session: Session, job_id: int) -> None:
    session.execute(delete(ChunkRow).where(ChunkRow.job_id == job_id))
    erase_cells(session, job_id)


def _count_held(session: Session, job_id: int) -> dict[str, int]:
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
        "uploads": session.scalar(
            select(func.count()).where(of_job, ItemRow.uri.startswith(STORE_SCHEME))
        )
        or 0,
    }


def read_jobs_to_erase(session: Session) -> list[ErasedJob]:
    """Jobs that somebody let go of, and that are not gone yet."""
    query = select(JobRow.id, JobRow.batches).where(
        JobRow.erasing_at.is_not(None), JobRow.erased_at.is_(None)
    )
    return [ErasedJob(job_id, tuple(batches)) for job_id, batches in session.execute(query)]


def remove_erased(session: Session, job_id: int) -> bool:
    """Remove the next piece of an erased job; True when nothing is left."""
    # `erase_job` did not see pieces that a worker was cutting off at that moment.
    _remove_chunks(session, job_id)
    piece = list(
        session.scalars(select(ItemRow.id).where(ItemRow.job_id == job_id).limit(ERASED_AT_ONCE))
    )
    digests = select(ItemRow.digest).where(ItemRow.id.in_(piece))
    session.execute(
        delete(DigestRow).where(DigestRow.job_id == job_id, DigestRow.digest.in_(digests))
    )
    for table in (FaceRow, ThumbnailRow, *OF_VIDEOS):
        session.execute(delete(table).where(table.item_id.in_(piece)))
    session.execute(delete(ItemRow).where(ItemRow.id.in_(piece)))
    return len(piece) < ERASED_AT_ONCE


def finish_erasure(session: Session, job_id: int) -> bool:
    """Note that rows and uploads are gone: the receipt is complete. False while the job is still to
    be taken out of the cube."""
    in_cube = select(DeltaRow.id).where(DeltaRow.job_id == job_id).exists()
    gone = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, ~in_cube)
        .values(erased_at=DatabaseTime(), batches=[])
        .returning(JobRow.id)
    )
    return gone.first() is not None


def read_jobs_to_expire(session: Session) -> list[int]:
    """Jobs whose time has come."""
    query = select(JobRow.id).where(JobRow.expires_at < DatabaseTime(), JobRow.erasing_at.is_(None))
    return list(session.scalars(query))
