"""How long a job is kept: as long as its submitter asks, up to the operator's limit."""

from dataclasses import replace

from sqlalchemy.orm import Session

from api.errors import InvalidRequest
from db.clock import read_time
from db.job_values import NewJob

SECONDS_PER_DAY = 86400


def limit_retention(session: Session, job: NewJob, retention_days: float) -> NewJob:
    """The job with its end. 0 days are no limit.

    Raises InvalidRequest if `expires_at` is in the past or later than the limit.
    """
    if job.expires_at is not None and job.expires_at <= read_time(session):
        raise InvalidRequest(
            f"expires_at is in the past ({job.expires_at:%Y-%m-%dT%H:%M:%SZ}). Give a later time."
        )
    if not retention_days:
        return job
    latest = read_time(session, retention_days * SECONDS_PER_DAY)
    if job.expires_at is not None and job.expires_at > latest:
        raise InvalidRequest(
            f"expires_at must not be later than {latest:%Y-%m-%dT%H:%M:%SZ}, because this server "
            f"keeps jobs for {retention_days:g} days. Give an earlier time, or none."
        )
    return job if job.expires_at is not None else replace(job, expires_at=latest)
