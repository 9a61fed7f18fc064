"""A run of items cut out of a chunk, with its part of what the chunk counts."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.chunks.leases import read_options
from db.job_values import Duplicates
from db.states import ChunkState, ItemState
from db.tables import ChunkRow, FaceRow, ItemRow


def cut_sub_chunk(
    session: Session,
    chunk: ChunkRow,
    start: int,
    stop: int,
    crashes: int,
    unseen_crashes: list[str],
) -> ChunkRow:
    """A new chunk of these items of another; what it counts is still to be taken from that one."""
    piece = ChunkRow(
        job_id=chunk.job_id,
        start=start,
        stop=stop,
        crashes=crashes,
        unseen_crashes=unseen_crashes,
        cancelled=0,
    )
    _count_ended(session, piece)
    piece.ended_before = ended = piece.done + piece.failed
    piece.state = ChunkState.DONE if ended == stop - start else ChunkState.WAITING
    session.add(piece)
    return piece


def _count_ended(session: Session, piece: ChunkRow) -> None:
    """What had ended before: refused at the door, or done before a retry."""
    inside = (
        ItemRow.job_id == piece.job_id,
        ItemRow.position >= piece.start,
        ItemRow.position < piece.stop,
    )
    states = select(ItemRow.state, func.count()).where(*inside).group_by(ItemRow.state)
    counts = {state: count for state, count in session.execute(states)}
    faces = (
        select(func.count(), func.count(FaceRow.item_id.distinct())).join(ItemRow).where(*inside)
    )
    piece.faces, with_faces = session.execute(faces.select_from(FaceRow)).one()
    piece.done = counts.get(ItemState.DONE, 0)
    piece.failed = counts.get(ItemState.FAILED, 0)
    copies = select(func.count(ItemRow.duplicate_of)).where(*inside)
    piece.duplicates = session.execute(copies).scalar_one()
    piece.without_faces = piece.done - with_faces
    if read_options(session, piece.job_id).duplicates is Duplicates.ONCE:
        piece.without_faces -= piece.duplicates
