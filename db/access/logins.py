"""Who is logged in, and who may try to log in again when.

Neither cookies nor keys are stored, only their digests. Nothing that an OpenID provider issued is
stored, only what it said of a person.
"""

from datetime import timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from db.access.key_values import Person, Scope
from db.clock import DatabaseTime, read_time
from db.reach import Reach
from db.tables.access import LoginFailureRow, SessionRow

SESSION_SECONDS = 14 * 24 * 3600.0
# A person mistypes a key now and then; after that, each failure doubles the pause.
FREE_FAILURES = 5
LONGEST_PAUSE_SECONDS = 900
FORGOTTEN_SECONDS = 24 * 3600.0
# Of those who failed, the last ones are remembered.
MOST_REMEMBERED = 20_000


def open_session(
    session: Session, digest: bytes, holder: bytes | Person, seconds: float = SESSION_SECONDS
) -> None:
    """Note a session by the digest of its cookie, with the digest of the key that opened it, or
    with the person who did."""
    session.execute(delete(SessionRow).where(SessionRow.expires_at < DatabaseTime()))
    row = SessionRow(digest=digest, expires_at=DatabaseTime(seconds))
    if isinstance(holder, Person):
        row.issuer, row.subject, row.name = holder.issuer, holder.subject, holder.name
        row.tenant, row.scopes = holder.reach.name, sorted(holder.scopes)
    else:
        row.key_digest = holder
    session.add(row)


def read_session(session: Session, digest: bytes) -> bytes | Person | None:
    """Who opened a session: a person, or whoever has the key of this digest; None if there is none,
    or not any longer."""
    lasting = SessionRow.expires_at >= DatabaseTime()
    row = session.scalars(select(SessionRow).where(SessionRow.digest == digest, lasting)).first()
    if row is None or row.key_digest is not None:
        return None if row is None else row.key_digest
    return Person(
        issuer=row.issuer or "",
        subject=row.subject or "",
        name=row.name or "",
        reach=Reach.of(row.tenant or ""),
        scopes=frozenset(map(Scope, row.scopes or ())),
    )


def close_session(session: Session, digest: bytes) -> None:
    session.execute(delete(SessionRow).where(SessionRow.digest == digest))


def read_pause_seconds(
    session: Session, subject: str, longest_seconds: int = LONGEST_PAUSE_SECONDS
) -> float:
    """How long until an address, or whoever tries one key, may try again; 0 if now."""
    row = session.get(LoginFailureRow, subject)
    if row is None or row.failures < FREE_FAILURES:
        return 0.0
    pause = min(2 ** (row.failures - FREE_FAILURES), longest_seconds)
    left = row.failed_at + timedelta(seconds=pause) - read_time(session)
    return max(0.0, left.total_seconds())


def note_failure(session: Session, subject: str) -> None:
    """Someone at this address, or with what begins like this key, did not know it."""
    _forget_oldest(session)
    again = session.execute(
        update(LoginFailureRow)
        .where(LoginFailureRow.subject == subject)
        .values(failures=LoginFailureRow.failures + 1, failed_at=DatabaseTime())
        .returning(LoginFailureRow.subject)
    ).first()
    if again is None:
        session.add(LoginFailureRow(subject=subject, failures=1))


def _forget_oldest(session: Session) -> None:
    failed_at = LoginFailureRow.failed_at
    newest = select(failed_at).order_by(failed_at.desc()).offset(MOST_REMEMBERED).limit(1)
    old = or_(failed_at < DatabaseTime(-FORGOTTEN_SECONDS), failed_at <= newest.scalar_subquery())
    session.execute(delete(LoginFailureRow).where(old))


def forget_failures(session: Session, subject: str) -> None:
    """Someone at this address, or with this key, has logged in."""
    session.execute(delete(LoginFailureRow).where(LoginFailureRow.subject == subject))
