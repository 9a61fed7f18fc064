"""Where the results of jobs are written: one process at a time writes those of a job."""

from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.tables.deliveries import DeliveryRow, DestinationRow
from db.tables.jobs import JobRow

# A process that writes a delivery ends within this time, or it is taken for dead.
CLAIM_SECONDS = 900.0
REST_SECONDS = 5.0
LONGEST_REST_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Destination:
    """The folder or bucket that the results of a job are written to."""

    job_id: int
    uri: str


def add_destination(session: Session, job_id: int, uri: str) -> None:
    """Have the results of a new job written there."""
    session.add(DestinationRow(job_id=job_id, uri=uri))


def claim_destination(session: Session) -> Destination | None:
    """The next one that nobody writes to and that may have something new."""
    claimed_until = DestinationRow.claimed_until
    query = (
        select(DestinationRow)
        .join(JobRow)
        .where(
            or_(claimed_until.is_(None), claimed_until < DatabaseTime()),
            DestinationRow.is_complete.is_(False),
            JobRow.queued_at.is_not(None),
            JobRow.erasing_at.is_(None),
        )
        .order_by(claimed_until.nulls_first(), DestinationRow.job_id)
        .limit(1)
    )
    row = session.scalar(query.with_for_update(skip_locked=True, of=DestinationRow))
    if row is None:
        return None
    row.claimed_until = DatabaseTime(CLAIM_SECONDS)
    session.flush()
    return Destination(row.job_id, row.uri)


def release_destination(session: Session, job_id: int) -> None:
    """Leave it alone for a moment: nothing is to be written now."""
    _update(session, job_id, claimed_until=DatabaseTime(REST_SECONDS))


def complete_destination(session: Session, job_id: int) -> None:
    """Note that all results of an ended job are written."""
    _update(session, job_id, is_complete=True, claimed_until=None)


def reopen_destination(session: Session, job_id: int) -> None:
    """Look again: an ended job goes on."""
    _update(session, job_id, is_complete=False)


def note_written(
    session: Session, job_id: int, number: int, *, faces: int, size_bytes: int
) -> None:
    """Note that a delivery lies where it belongs."""
    written = (DeliveryRow.job_id == job_id, DeliveryRow.number == number)
    values = {"faces": faces, "size_bytes": size_bytes, "written_at": DatabaseTime()}
    session.execute(update(DeliveryRow).where(*written).values(values))
    claimed_until = DatabaseTime(CLAIM_SECONDS)
    _update(session, job_id, failures=0, error=None, claimed_until=claimed_until)


def note_failure(session: Session, job_id: int, message: str) -> None:
    """Note why it could not be written to; it is tried again after ever longer rests."""
    row = session.get_one(DestinationRow, job_id)
    row.failures, row.error = row.failures + 1, message
    rest = min(REST_SECONDS * 2 ** min(row.failures, 10), LONGEST_REST_SECONDS)
    row.claimed_until = DatabaseTime(rest)


def _update(session: Session, job_id: int, **values: object) -> None:
    mine = DestinationRow.job_id == job_id
    session.execute(update(DestinationRow).where(mine).values(values))
