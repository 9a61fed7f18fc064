"""What a job left behind: its rows, and what its workers reported."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from db.engine import Database
from db.job_values import Duplicates
from db.states import ChunkState, ItemState
from db.tables.audience import CellRow
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow

FINAL = (ItemState.DONE, ItemState.FAILED)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All rows of a job, and what its workers reported as committed."""

    names: Sequence[str]
    job: JobRow
    items: Sequence[ItemRow]
    chunks: Sequence[ChunkRow]
    faces: dict[int, list[FaceRow]]
    cells: Sequence[CellRow]
    committed: Counter[str]
    retries: int

    @property
    def counts_once(self) -> bool:
        """Duplicates of a picture have no faces of their own."""
        return self.job.options.get("duplicates") == Duplicates.ONCE

    @property
    def counted(self) -> list[ChunkRow]:
        return [chunk for chunk in self.chunks if chunk.state != ChunkState.SPLIT]


def read_evidence(
    database: Database,
    job_id: int,
    names: Sequence[str],
    committed: Counter[str],
    retries: int = 0,
) -> Evidence:
    faces: dict[int, list[FaceRow]] = {}
    with database.read() as session:
        job = session.get(JobRow, job_id)
        assert job is not None
        of_job = select(FaceRow).join(ItemRow).where(ItemRow.job_id == job_id)
        for face in session.scalars(of_job.order_by(FaceRow.item_id, FaceRow.ordinal)):
            faces.setdefault(face.item_id, []).append(face)
        items = select(ItemRow).where(ItemRow.job_id == job_id).order_by(ItemRow.position)
        chunks = select(ChunkRow).where(ChunkRow.job_id == job_id).order_by(ChunkRow.start)
        return Evidence(
            names,
            job,
            session.scalars(items).all(),
            session.scalars(chunks).all(),
            faces,
            session.scalars(select(CellRow).where(CellRow.job_id == job_id)).all(),
            committed,
            retries,
        )


def read_audit(audit: Path, job_id: int) -> Counter[str]:
    lines = audit.read_text().splitlines() if audit.exists() else []
    words = (line.split(" ", 1) for line in lines)
    return Counter(name for job, name in words if int(job) == job_id)


def is_cancelled(evidence: Evidence) -> bool:
    return evidence.job.cancelling_at is not None
