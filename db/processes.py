"""Which processes are alive: each renews its row, and counts as gone if it stops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.pack_values import PackVersion
from db.states import ProcessRole
from db.tables.processes import ProcessRow

HEARTBEAT_SECONDS = 3.0
GONE_AFTER_SECONDS = 15.0
PRUNED_AFTER_SECONDS = 3600.0


def record_heartbeat(
    session: Session,
    name: str,
    role: ProcessRole,
    slots: int,
    packs: Sequence[PackVersion] = (),
    gauges: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Renew this process's row, or insert it with the packs that a worker has at its start;
    `gauges` are what it has in use now, and the most it may have."""
    renewed = session.execute(
        update(ProcessRow)
        .where(ProcessRow.name == name)
        .values(role=role, slots=slots, gauges=dict(gauges), seen_at=DatabaseTime())
        .returning(ProcessRow.name)
    ).first()
    if renewed is None:
        stored = [pack.to_json() for pack in packs]
        session.add(
            ProcessRow(name=name, role=role, slots=slots, packs=stored, gauges=dict(gauges))
        )


def withdraw_pack(session: Session, name: str, pack: str) -> None:
    """Note that a worker cannot open a pack after all."""
    row = session.get(ProcessRow, name, with_for_update=True)
    if row is not None:
        row.packs = [one for one in row.packs if one["name"] != pack]


def remove_process(session: Session, name: str) -> None:
    """Remove this process's row when it ends."""
    session.execute(delete(ProcessRow).where(ProcessRow.name == name))


def prune_processes(session: Session) -> None:
    """Remove the rows of processes that died without removing their own."""
    long_ago = ProcessRow.seen_at < DatabaseTime(-PRUNED_AFTER_SECONDS)
    session.execute(delete(ProcessRow).where(long_ago))


@dataclass(frozen=True, slots=True)
class LiveProcess:
    """A process with a recent heartbeat."""

    name: str
    role: ProcessRole
    slots: int
    started_at: datetime
    packs: tuple[PackVersion, ...]
    gauges: Mapping[str, int]


def read_processes(session: Session) -> list[LiveProcess]:
    """Live processes by role and name."""
    query = (
        select(ProcessRow)
        .where(ProcessRow.seen_at > DatabaseTime(-GONE_AFTER_SECONDS))
        .order_by(ProcessRow.role, ProcessRow.name)
    )
    return [
        LiveProcess(
            row.name,
            ProcessRole(row.role),
            row.slots,
            row.started_at,
            tuple(map(PackVersion.of, row.packs)),
            row.gauges,
        )
        for row in session.scalars(query)
    ]


def is_any_alive(session: Session, host: str) -> bool:
    """Whether a process on a host, whose names have `@host:`, sent a heartbeat lately."""
    alive = (
        select(ProcessRow.name)
        .where(
            ProcessRow.name.contains(f"@{host}:", autoescape=True),
            ProcessRow.seen_at > DatabaseTime(-GONE_AFTER_SECONDS),
        )
        .limit(1)
    )
    return session.scalar(alive) is not None


def count_slots(session: Session, role: ProcessRole) -> int:
    """How many tasks the live processes of a role can run at the same time."""
    query = select(func.coalesce(func.sum(ProcessRow.slots), 0)).where(
        ProcessRow.role == role, ProcessRow.seen_at > DatabaseTime(-GONE_AFTER_SECONDS)
    )
    return session.execute(query).scalar_one()
