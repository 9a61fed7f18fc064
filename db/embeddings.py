"""The embeddings of the faces of live jobs, and every way in which they go.

They come with the faces, and go with the transaction that links them, that ends their job in any
other way, or that erases it.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.bulk import insert_rows
from db.states import LIVE_JOB_STATES
from db.tables.jobs import JobRow
from db.tables.people import EmbeddingRow
from models.face import Face


def record_embeddings(
    session: Session, job_id: int, faces: Iterable[tuple[int, int, Face]]
) -> None:
    """Keep those of some faces, each with the number of its item and its ordinal there; to be
    called in the transaction that records the faces."""
    rows = [
        {"job_id": job_id, "item_id": item_id, "ordinal": ordinal, "embedding": face.embedding}
        for item_id, ordinal, face in faces
        if face.embedding is not None
    ]
    insert_rows(session, EmbeddingRow, rows)


def read_embeddings(
    session: Session, job_id: int, item_ids: Collection[int]
) -> dict[tuple[int, int], bytes]:
    """Those of some items of a job, by item and ordinal."""
    query = select(EmbeddingRow.item_id, EmbeddingRow.ordinal, EmbeddingRow.embedding).where(
        EmbeddingRow.job_id == job_id, EmbeddingRow.item_id.in_(item_ids)
    )
    return {(item_id, ordinal): one for item_id, ordinal, one in session.execute(query)}


def has_embeddings(session: Session, job_id: int) -> bool:
    query = select(EmbeddingRow.item_id).where(EmbeddingRow.job_id == job_id)
    return session.execute(query.limit(1)).first() is not None


def discard_embeddings(session: Session, job_id: int) -> None:
    session.execute(delete(EmbeddingRow).where(EmbeddingRow.job_id == job_id))


def discard_left_embeddings(session: Session) -> int:
    """Remove those of jobs that are no longer live, of which there should be none; returns of how
    many jobs there were."""
    live = select(JobRow.id).where(JobRow.state.in_(LIVE_JOB_STATES), JobRow.erasing_at.is_(None))
    query = select(EmbeddingRow.job_id).distinct().where(EmbeddingRow.job_id.not_in(live))
    left = list(session.scalars(query))
    for job_id in left:
        discard_embeddings(session, job_id)
    return len(left)


def is_linked(session: Session, job_id: int) -> bool:
    """Whether the people of a job are linked."""
    people = session.scalar(select(JobRow.people).where(JobRow.id == job_id))
    return people is not None and "error" not in people
