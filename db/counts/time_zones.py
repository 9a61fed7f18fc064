"""The time zones of jobs, by whose clocks they are counted."""

from datetime import tzinfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.job_values import JobOptions
from db.tables.jobs import JobRow


def read_zone(session: Session, job_id: int) -> tzinfo:
    options = session.scalars(select(JobRow.options).where(JobRow.id == job_id)).one()
    return JobOptions.of(options).zone


def have_zone(session: Session, time_zone: str, *jobs: ColumnElement[bool]) -> bool:
    """Whether all jobs that meet the conditions and are not erased are counted in this zone."""
    spelled = JobRow.options["time_zone"].as_string()
    others = select(JobRow.id).where(*jobs, JobRow.erasing_at.is_(None), spelled != time_zone)
    return session.execute(others.limit(1)).first() is None
