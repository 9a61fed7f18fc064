"""How much work waits, runs and is done, as counts for operators."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.clock import DatabaseTime
from db.processes import count_slots
from db.states import ChunkState, ProcessRole
from db.tables import ChunkRow, JobRow


@dataclass(frozen=True, slots=True)
class Workload:
    """Counts by label; `items` are those that have ended."""

    jobs: dict[str, int]
    chunks: dict[str, int]
    slots: dict[str, int]
    items: dict[str, int]
    faces: int


def count_recent(session: Session, seconds: float) -> int:
    """How many items ended in the last `seconds`."""
    query = select(func.coalesce(func.sum(ChunkRow.newly_ended), 0)).where(
        ChunkRow.finished_at > DatabaseTime(-seconds)
    )
    return session.execute(query).scalar_one()


def read_workload(session: Session) -> Workload:
    """Count all jobs, chunks, slots, items and faces."""
    sums = (
        func.coalesce(func.sum(column), 0)
        for column in (ChunkRow.done, ChunkRow.failed, ChunkRow.cancelled, ChunkRow.faces)
    )
    query = select(*sums).where(ChunkRow.state != ChunkState.SPLIT)
    done, failed, cancelled, faces = tuple(session.execute(query).one())
    return Workload(
        jobs=_count_by(session, JobRow.state),
        chunks=_count_by(session, ChunkRow.state),
        slots={role: count_slots(session, role) for role in ProcessRole},
        items={"done": done, "failed": failed, "cancelled": cancelled},
        faces=faces,
    )


def _count_by(session: Session, column: InstrumentedAttribute[str]) -> dict[str, int]:
    rows = session.execute(select(column, func.count()).group_by(column))
    return {value: count for value, count in rows}
