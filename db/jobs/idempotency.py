"""A request repeated under its key is answered again, and changes nothing."""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.engine import is_postgresql
from db.tables import RequestRow


@dataclass(frozen=True, slots=True)
class AcceptedRequest:
    """A request that came before under the same key."""

    digest: str
    job_id: int
    items: int


def find_request(session: Session, key: str) -> AcceptedRequest | None:
    """What was accepted under this key; others that use it at the same time wait for us."""
    if is_postgresql(session):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(key))))
    row = session.get(RequestRow, key)
    return None if row is None else AcceptedRequest(row.digest, row.job_id, row.items)


def note_request(session: Session, key: str, digest: str, job_id: int) -> None:
    """Remember a request in the transaction that accepts it."""
    session.add(RequestRow(key=key, digest=digest, job_id=job_id))


def note_progress(session: Session, key: str, before: int, after: int) -> bool:
    """Remember how many items of an append are in, in the transaction that adds them.

    False where that number is not `before`: the same request is being worked on elsewhere.
    """
    noted = session.execute(
        update(RequestRow)
        .where(RequestRow.key == key, RequestRow.items == before)
        .values(items=after)
        .returning(RequestRow.key)
    ).first()
    return noted is not None
