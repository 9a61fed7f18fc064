"""How far the annotated copy of a video has come: whoever joins it next goes on from there."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.chunks.leases import leased_with
from db.item_values import ClaimedChunk
from db.jobs.submissions import add_batch
from db.tables import ChunkRow, ItemRow, JobRow
from db.video_tables import AnnotatedVideoRow
from db.video_values import AnnotatedVideoProgress


def read_annotated_video(session: Session, item_id: int) -> AnnotatedVideoProgress | None:
    """None where none was begun."""
    row = session.get(AnnotatedVideoRow, item_id)
    return None if row is None else AnnotatedVideoProgress(row.batch, row.clips, row.drawn_seconds)


def begin_annotated_video(session: Session, chunk: ClaimedChunk, batch: str) -> bool:
    """Note where the copy of a video will be kept; False where its lease has moved on."""
    # The job's row first, as an erasure does: it sees this batch, or this sees that it is erased.
    add_batch(session, chunk.job_id, batch)
    if not _holds(session, chunk):
        session.rollback()
        return False
    [item] = chunk.items
    session.merge(AnnotatedVideoRow(item_id=item.id, batch=batch, clips=0, drawn_seconds=None))
    return True


def record_clip(session: Session, chunk: ClaimedChunk, progress: AnnotatedVideoProgress) -> bool:
    """Note that a piece more is kept; False where the lease has moved on."""
    if not _holds(session, chunk):
        return False
    session.execute(
        update(AnnotatedVideoRow)
        .where(AnnotatedVideoRow.item_id == chunk.items[0].id)
        .values(clips=progress.clips, drawn_seconds=progress.drawn_seconds)
    )
    return True


def is_annotated_video_wanted(session: Session, item_id: int, batch: str) -> bool:
    """Whether what is kept in a batch is still that of a video: not of one that was erased or
    cancelled, or that has another."""
    query = (
        select(AnnotatedVideoRow.item_id)
        .join(ItemRow, ItemRow.id == AnnotatedVideoRow.item_id)
        .join(JobRow, JobRow.id == ItemRow.job_id)
        .where(
            AnnotatedVideoRow.item_id == item_id,
            AnnotatedVideoRow.batch == batch,
            JobRow.erasing_at.is_(None),
        )
    )
    return session.scalar(query) is not None


def _holds(session: Session, chunk: ClaimedChunk) -> bool:
    lease = select(ChunkRow.id).where(*leased_with(chunk.id, chunk.token)).with_for_update()
    return session.scalar(lease) is not None
