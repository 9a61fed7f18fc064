"""Part of a chunk as a chunk of its own, with its share of what the chunk counts."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.chunks.leases import read_options
from db.states import ChunkState, ItemState
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.items import ItemRow


def cut_sub_chunk(
    session: Session,
    chunk: ChunkRow,
    start: int,
    stop: int,
    crashes: int,
    unseen_crashes: list[str],
) -> ChunkRow:
    """A new chunk for some items of another; the caller reduces the counts of that one."""
    part = ChunkRow(
        job_id=chunk.job_id,
        start=start,
        stop=stop,
        crashes=crashes,
        unseen_crashes=unseen_crashes,
        draw=chunk.draw,
        cancelled=0,
    )
    _count_ended(session, part)
    part.ended_before = part.done + part.failed
    part.state = ChunkState.DONE if part.ended_before == stop - start else ChunkState.WAITING
    session.add(part)
    return part


def _count_ended(session: Session, part: ChunkRow) -> None:
    """Count the items that have ended already: rejected at submission, or done before a retry."""
    inside = (
        ItemRow.job_id == part.job_id,
        ItemRow.position >= part.start,
        ItemRow.position < part.stop,
    )
    states = select(ItemRow.state, func.count()).where(*inside).group_by(ItemRow.state)
    counts = {state: count for state, count in session.execute(states)}
    faces = (
        select(func.count(), func.count(FaceRow.item_id.distinct())).join(ItemRow).where(*inside)
    )
    part.faces, with_faces = session.execute(faces.select_from(FaceRow)).one()
    part.done = counts.get(ItemState.DONE, 0)
    part.failed = counts.get(ItemState.FAILED, 0)
    duplicates = select(func.count(ItemRow.duplicate_of)).where(*inside)
    part.duplicates = session.execute(duplicates).scalar_one()
    part.without_faces = part.done - with_faces
    if read_options(session, part.job_id).counts_once:
        part.without_faces -= part.duplicates
