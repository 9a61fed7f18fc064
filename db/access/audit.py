"""The audit log: entries are added, read, and removed once they are old; none is ever changed."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from db.access.audit_values import Action, Entry, NewEntry
from db.clock import DatabaseTime
from db.reach import Reach
from db.tables.access import AuditRow

SECONDS_PER_DAY = 86400


def record_entry(session: Session, entry: NewEntry) -> None:
    """Add an entry, with the time of the database."""
    session.execute(insert(AuditRow).values(**asdict(entry)))


def read_entries(
    session: Session,
    reach: Reach,
    *,
    limit: int,
    before: int | None = None,
    action: Action | None = None,
    subject: str | None = None,
    since: datetime | None = None,
) -> list[Entry]:
    """Entries about the data of this reach with numbers below `before`, the newest first."""
    query = select(AuditRow).where(*reach.match(AuditRow.tenant))
    if before is not None:
        query = query.where(AuditRow.id < before)
    if action is not None:
        query = query.where(AuditRow.action == action)
    if subject is not None:
        query = query.where(AuditRow.subject == subject)
    if since is not None:
        query = query.where(AuditRow.at >= since)
    rows = session.scalars(query.order_by(AuditRow.id.desc()).limit(limit))
    return [_read_row(row) for row in rows]


def prune_entries(session: Session, days: float) -> None:
    """Remove entries that are older than this; 0 keeps all."""
    if days:
        old = AuditRow.at < DatabaseTime(-days * SECONDS_PER_DAY)
        session.execute(delete(AuditRow).where(old))


def _read_row(row: AuditRow) -> Entry:
    return Entry(
        id=row.id,
        at=row.at,
        tenant=row.tenant,
        caller=row.caller,
        key_id=row.key_id,
        action=Action(row.action),
        subject=row.subject,
        route=row.route,
        address=row.address,
    )
