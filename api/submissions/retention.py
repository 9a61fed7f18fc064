"""How long a job is kept: as its submitter asks, but no longer than the operator allows."""

from dataclasses import replace

from sqlalchemy.orm import Session

from api.errors import InvalidRequest
from db.clock import read_time
from db.job_values import NewJob

SECONDS_PER_DAY = 86400


def limit_retention(session: Session, job: NewJob, retention_days: float) -> NewJob:
    """The job with its end; raises ApiError for one that is over already, or behind the limit. No
    limit where that is 0."""
    if job.expires_at is not None and job.expires_at <= read_time(session):
        raise InvalidRequest(
            f"expires_at is over ({job.expires_at:%Y-%m-%dT%H:%M:%SZ}); ask for a later one."
        )
    if not retention_days:
        return job
    latest = read_time(session, retention_days * SECONDS_PER_DAY)
    if job.expires_at is not None and job.expires_at > latest:
        raise InvalidRequest(
            f"expires_at must not be after {latest:%Y-%m-%dT%H:%M:%SZ}: jobs are kept for "
            f"{retention_days:g} days here. Ask for an earlier end, or for none."
        )
    return job if job.expires_at is not None else replace(job, expires_at=latest)
