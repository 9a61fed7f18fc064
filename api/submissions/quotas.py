"""The quotas of the caller's tenant, checked in the transaction that accepts a submission."""

from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.services import services
from db.submissions.quotas import Quotas, add_uploaded_bytes, require_item_room, require_job_room


def check_job_room(session: Session) -> None:
    """Before a job is created; raises QuotaExceeded."""
    if (quotas := _find_quotas()) is not None:
        require_job_room(session, current_caller().reach.home, quotas)


def check_item_room(session: Session, job_id: int) -> None:
    """After items were added to a job; raises QuotaExceeded."""
    if (quotas := _find_quotas()) is not None:
        require_item_room(session, job_id, quotas)


def find_item_limit() -> int:
    """How many items a job of the caller may have; 0 is no limit."""
    quotas = _find_quotas()
    return 0 if quotas is None else quotas.job_items


def note_uploaded(session: Session, job_id: int, uploaded_bytes: int) -> None:
    """Count what was uploaded to a job; raises QuotaExceeded."""
    add_uploaded_bytes(session, job_id, uploaded_bytes, _find_quotas())


def _find_quotas() -> Quotas | None:
    """Of a tenant; operators have none."""
    if current_caller().reach.tenant is None:
        return None
    settings = services().settings
    return Quotas(
        live_jobs=settings.tenant_live_jobs,
        job_items=settings.tenant_job_items,
        stored_bytes=settings.tenant_stored_bytes,
        daily_bytes=settings.tenant_daily_bytes,
    )
