"""Who is logged in, and who may try to log in again when.

Neither cookies nor keys are stored, only their digests.
"""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime, read_time
from db.tables.access import LoginFailureRow, SessionRow

SESSION_SECONDS = 14 * 24 * 3600.0
# A person mistypes a key now and then; after that, each failure doubles the pause.
FREE_FAILURES = 5
LONGEST_PAUSE_SECONDS = 900
FORGOTTEN_SECONDS = 24 * 3600.0


def open_session(session: Session, digest: bytes, key_digest: bytes) -> None:
    """Note a session by the digests of its cookie and of the key that opened it."""
    session.execute(
        delete(SessionRow).where(SessionRow.created_at < DatabaseTime(-SESSION_SECONDS))
    )
    session.add(SessionRow(digest=digest, key_digest=key_digest))


def read_session(session: Session, digest: bytes) -> bytes | None:
    """The digest of the key that opened a session; None if there is none, or not any longer."""
    lasting = SessionRow.created_at >= DatabaseTime(-SESSION_SECONDS)
    return session.scalar(select(SessionRow.key_digest).where(SessionRow.digest == digest, lasting))


def close_session(session: Session, digest: bytes) -> None:
    session.execute(delete(SessionRow).where(SessionRow.digest == digest))


def read_pause_seconds(session: Session, address: str) -> float:
    """How long an address has to wait before it may try again; 0 if it may now."""
    row = session.get(LoginFailureRow, address)
    if row is None or row.failures < FREE_FAILURES:
        return 0.0
    pause = min(2 ** (row.failures - FREE_FAILURES), LONGEST_PAUSE_SECONDS)
    left = row.failed_at + timedelta(seconds=pause) - read_time(session)
    return max(0.0, left.total_seconds())


def note_failure(session: Session, address: str) -> None:
    """Somebody at this address did not know a key."""
    long_ago = LoginFailureRow.failed_at < DatabaseTime(-FORGOTTEN_SECONDS)
    session.execute(delete(LoginFailureRow).where(long_ago))
    again = session.execute(
        update(LoginFailureRow)
        .where(LoginFailureRow.address == address)
        .values(failures=LoginFailureRow.failures + 1, failed_at=DatabaseTime())
        .returning(LoginFailureRow.address)
    ).first()
    if again is None:
        session.add(LoginFailureRow(address=address, failures=1))


def forget_failures(session: Session, address: str) -> None:
    """Somebody at this address knew a key."""
    session.execute(delete(LoginFailureRow).where(LoginFailureRow.address == address))
