"""Who is alive: each process renews its row, and counts as gone when it has not for a while."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.states import WorkerRole
from db.tables import WorkerRow

BEAT_SECONDS = 3.0
GONE_AFTER_SECONDS = 15.0
FORGOTTEN_AFTER_SECONDS = 3600.0


def beat(session: Session, name: str, role: WorkerRole, slots: int) -> None:
    """Renew this process' row, or make it."""
    renewed = session.execute(
        update(WorkerRow)
        .where(WorkerRow.name == name)
        .values(role=role, slots=slots, seen_at=DatabaseTime())
        .returning(WorkerRow.name)
    ).first()
    if renewed is None:
        session.add(WorkerRow(name=name, role=role, slots=slots))


def leave(session: Session, name: str) -> None:
    """Remove this process' row at its end."""
    session.execute(delete(WorkerRow).where(WorkerRow.name == name))


def forget_gone(session: Session) -> None:
    """Remove the rows of processes that ended without leaving."""
    long_ago = WorkerRow.seen_at < DatabaseTime(-FORGOTTEN_AFTER_SECONDS)
    session.execute(delete(WorkerRow).where(long_ago))


@dataclass(frozen=True, slots=True)
class LiveProcess:
    """A process that was heard of lately."""

    name: str
    role: WorkerRole
    slots: int
    started_at: datetime


def read_processes(session: Session) -> list[LiveProcess]:
    """Who is alive, by role and name."""
    query = (
        select(WorkerRow)
        .where(WorkerRow.seen_at > DatabaseTime(-GONE_AFTER_SECONDS))
        .order_by(WorkerRow.role, WorkerRow.name)
    )
    return [
        LiveProcess(row.name, WorkerRole(row.role), row.slots, row.started_at)
        for row in session.scalars(query)
    ]


def count_slots(session: Session, role: WorkerRole) -> int:
    """How many things the live processes of a role can do at once."""
    query = select(func.coalesce(func.sum(WorkerRow.slots), 0)).where(
        WorkerRow.role == role, WorkerRow.seen_at > DatabaseTime(-GONE_AFTER_SECONDS)
    )
    return session.execute(query).scalar_one()
