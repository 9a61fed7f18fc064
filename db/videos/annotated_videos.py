"""How far an annotated video is drawn, so that another worker can resume it."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.chunks.leases import lock_lease
from db.item_values import ClaimedChunk
from db.submissions.drafts import add_store_folder
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from db.tables.videos import AnnotatedVideoRow
from db.video_values import AnnotatedVideoProgress


def read_annotated_video(session: Session, item_id: int) -> AnnotatedVideoProgress | None:
    """How far it is drawn; None where drawing has not begun."""
    row = session.get(AnnotatedVideoRow, item_id)
    return None if row is None else AnnotatedVideoProgress(row.folder, row.clips, row.drawn_seconds)


def begin_annotated_video(session: Session, chunk: ClaimedChunk, folder: str) -> bool:
    """Note where an annotated video will be kept; False where the lease was lost."""
    # Lock the job's row first, as an erasure does: either the erasure sees this folder, or this
    # transaction sees the erasure.
    add_store_folder(session, chunk.job_id, folder)
    if lock_lease(session, chunk) is None:
        session.rollback()
        return False
    [item] = chunk.items
    session.merge(AnnotatedVideoRow(item_id=item.id, folder=folder, clips=0, drawn_seconds=None))
    return True


def record_clip(session: Session, chunk: ClaimedChunk, progress: AnnotatedVideoProgress) -> bool:
    """Note that one more clip is kept; False where the lease was lost."""
    if lock_lease(session, chunk) is None:
        return False
    session.execute(
        update(AnnotatedVideoRow)
        .where(AnnotatedVideoRow.item_id == chunk.items[0].id)
        .values(clips=progress.clips, drawn_seconds=progress.drawn_seconds)
    )
    return True


def is_annotated_video_wanted(session: Session, item_id: int, folder: str) -> bool:
    """Whether a folder still belongs to a video: not if the video was erased or cancelled, or has
    another folder by now."""
    query = (
        select(AnnotatedVideoRow.item_id)
        .join(ItemRow, ItemRow.id == AnnotatedVideoRow.item_id)
        .join(JobRow, JobRow.id == ItemRow.job_id)
        .where(
            AnnotatedVideoRow.item_id == item_id,
            AnnotatedVideoRow.folder == folder,
            JobRow.erasing_at.is_(None),
        )
    )
    return session.scalar(query) is not None
