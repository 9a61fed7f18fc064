"""A request that is repeated with its Idempotency-Key gets the same answer and changes nothing."""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.engine import is_postgresql
from db.tables.jobs import RequestRow


@dataclass(frozen=True, slots=True)
class AcceptedRequest:
    """An earlier request with the same Idempotency-Key."""

    digest: str
    job_id: int
    items: int


def find_request(session: Session, tenant: str, idempotency_key: str) -> AcceptedRequest | None:
    """What a tenant sent with this key; other requests with it wait for this transaction."""
    if is_postgresql(session):
        lock = func.hashtext(f"{tenant}/{idempotency_key}")
        session.execute(select(func.pg_advisory_xact_lock(lock)))
    row = session.get(RequestRow, (tenant, idempotency_key))
    return None if row is None else AcceptedRequest(row.digest, row.job_id, row.items)


def read_accepted_keys(session: Session, job_id: int) -> list[str]:
    """The Idempotency-Keys of the requests that were accepted for a job, sorted."""
    query = select(RequestRow.idempotency_key).where(RequestRow.job_id == job_id)
    return list(session.scalars(query.order_by(RequestRow.idempotency_key)))


def note_request(
    session: Session, tenant: str, idempotency_key: str, digest: str, job_id: int
) -> None:
    """Remember a request, in the transaction that accepts it."""
    key = {"tenant": tenant, "idempotency_key": idempotency_key}
    session.add(RequestRow(**key, digest=digest, job_id=job_id))


def note_progress(
    session: Session, tenant: str, idempotency_key: str, before: int, after: int
) -> bool:
    """Remember how many items of an append were added, in the transaction that adds them.

    False where the number is not `before`: another process handles the same request.
    """
    noted = session.execute(
        update(RequestRow)
        .where(
            RequestRow.tenant == tenant,
            RequestRow.idempotency_key == idempotency_key,
            RequestRow.items == before,
        )
        .values(items=after)
        .returning(RequestRow.idempotency_key)
    ).first()
    return noted is not None
