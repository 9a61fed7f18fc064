"""What people change of a job after it was submitted: its name, notes and priority."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from db.job_values import Priority
from db.tables.jobs import JobRow


def change_job(
    session: Session,
    job_id: int,
    *,
    name: str | None = None,
    notes: str | None = None,
    priority: Priority | None = None,
) -> bool:
    """Change what is not None; False where the job does not exist or is erased.

    Another priority holds for the next chunk that is sent.
    """
    given = {"name": name, "notes": notes, "priority": priority}
    values = {column: value for column, value in given.items() if value is not None}
    kept = (JobRow.id == job_id, JobRow.erasing_at.is_(None))
    changed = session.execute(update(JobRow).where(*kept).values(values).returning(JobRow.id))
    return changed.first() is not None
