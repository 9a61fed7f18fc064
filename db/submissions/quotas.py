"""What a tenant may have: live jobs, items of a job, and bytes. Counted in SQL, so that it holds
exactly, whatever process accepts a submission."""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime
from db.engine import is_postgresql
from db.states import LIVE_JOB_STATES
from db.tables.jobs import JobRow
from models.errors import FacetallyError

DAY_SECONDS = 86400.0


class QuotaExceeded(FacetallyError):
    """A tenant has as much as it may; `passes` says whether that changes by itself."""

    def __init__(self, message: str, *, passes: bool) -> None:
        super().__init__(message)
        self.passes = passes


@dataclass(frozen=True, slots=True)
class Quotas:
    """0 is no limit."""

    live_jobs: int = 0
    job_items: int = 0
    stored_bytes: int = 0
    daily_bytes: int = 0


def require_job_room(session: Session, tenant: str, quotas: Quotas) -> None:
    """Before a job is created; raises QuotaExceeded.

    Until this transaction ends, no other one of the tenant gets past this.
    """
    if not quotas.live_jobs:
        return
    _lock(session, tenant)
    live = (JobRow.tenant == tenant, JobRow.state.in_(LIVE_JOB_STATES))
    jobs = session.scalar(select(func.count()).select_from(JobRow).where(*live)) or 0
    if jobs >= quotas.live_jobs:
        raise QuotaExceeded(
            f"{jobs} jobs are not over yet, and {quotas.live_jobs} may be at a time. Wait for one, "
            "or cancel one.",
            passes=True,
        )


def require_item_room(session: Session, job_id: int, quotas: Quotas) -> None:
    """After items were added to a job, in the same transaction; raises QuotaExceeded."""
    items = session.scalar(select(JobRow.items).where(JobRow.id == job_id)) or 0
    if quotas.job_items and items > quotas.job_items:
        raise QuotaExceeded(
            f"This job would have more than {quotas.job_items} items, the limit. Submit the others "
            "as another job.",
            passes=False,
        )


def add_uploaded_bytes(session: Session, job_id: int, uploaded: int, quotas: Quotas | None) -> None:
    """Note what was uploaded to a job; raises QuotaExceeded, unless there are no quotas."""
    noted = update(JobRow).where(JobRow.id == job_id)
    of_job = noted.values(uploaded_bytes=JobRow.uploaded_bytes + uploaded).returning(JobRow.tenant)
    tenant = session.execute(of_job).scalar_one()
    if quotas is None:
        return
    if quotas.stored_bytes or quotas.daily_bytes:
        _lock(session, tenant)
    if quotas.stored_bytes and _count_stored(session, tenant) > quotas.stored_bytes:
        raise QuotaExceeded(
            f"With this upload, more than {quotas.stored_bytes} bytes would be stored, the limit. "
            "Erase jobs that you no longer need.",
            passes=False,
        )
    if quotas.daily_bytes and _count_today(session, tenant) > quotas.daily_bytes:
        raise QuotaExceeded(
            f"More than {quotas.daily_bytes} bytes would have been uploaded to jobs of the last 24 "
            "hours, the limit. Continue tomorrow.",
            passes=True,
        )


def _lock(session: Session, tenant: str) -> None:
    """SQLite has one writing transaction at a time anyway."""
    if is_postgresql(session):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"quota {tenant}"))))


def _count_stored(session: Session, tenant: str) -> int:
    """The runs of the same items share their uploads, which are removed with the last of them."""
    run = func.coalesce(JobRow.rerun_of, JobRow.id)
    kept = select(func.max(JobRow.uploaded_bytes).label("bytes")).where(
        JobRow.tenant == tenant, JobRow.erased_at.is_(None)
    )
    runs = kept.group_by(run).subquery()
    return int(session.scalar(select(func.coalesce(func.sum(runs.c.bytes), 0))) or 0)


def _count_today(session: Session, tenant: str) -> int:
    """Also those of jobs that were erased since; a run of the same items uploads nothing."""
    today = (
        JobRow.tenant == tenant,
        JobRow.created_at > DatabaseTime(-DAY_SECONDS),
        JobRow.rerun_of.is_(None),
    )
    return int(
        session.scalar(select(func.coalesce(func.sum(JobRow.uploaded_bytes), 0)).where(*today)) or 0
    )
