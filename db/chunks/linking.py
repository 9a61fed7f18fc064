"""The last chunk of a job that asks for people: it has no items, and links the faces of all."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.embeddings import discard_embeddings, has_embeddings
from db.states import ChunkKind, ChunkState, JobState
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow


def begin_linking(session: Session, job_id: int) -> bool:
    """Have the faces of a job linked whose other chunks have all ended; False where there are none
    to link. The caller has locked the job.

    Linking removes embeddings, so it begins once.
    """
    if not has_embeddings(session, job_id):
        return False
    chunk = ChunkRow(job_id=job_id, start=0, stop=0, state=ChunkState.WAITING, kind=ChunkKind.LINK)
    session.add(chunk)
    # A paused job whose last items have ended has nothing to wait for.
    paused = update(JobRow).where(JobRow.id == job_id, JobRow.state == JobState.PAUSED)
    session.execute(paused.values(state=JobState.RUNNING))
    return True


def give_up_linking(session: Session, chunk: ChunkRow, reason: str) -> None:
    """End a job's last chunk without people; `reason` says what to do."""
    note_people(session, chunk.job_id, {"error": reason})
    chunk.state, chunk.finished_at = ChunkState.DONE, DatabaseTime()


def note_people(session: Session, job_id: int, people: dict[str, object]) -> None:
    """Note how many people a job shows, or why that is unknown, and remove its embeddings."""
    session.execute(update(JobRow).where(JobRow.id == job_id).values(people=people))
    discard_embeddings(session, job_id)
