"""Whose a job or an item is."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.items import ItemRow
from db.tables.jobs import JobRow


def read_tenant_of_job(session: Session, job_id: int) -> str | None:
    """The tenant of a job, if it exists."""
    return session.scalar(select(JobRow.tenant).where(JobRow.id == job_id))


def read_tenant_of_item(session: Session, item_id: int) -> str | None:
    """The tenant of an item, if it exists."""
    query = select(JobRow.tenant).join(ItemRow, ItemRow.job_id == JobRow.id)
    return session.scalar(query.where(ItemRow.id == item_id))
