"""The tags of jobs."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, TableValuedAlias, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from db.engine import is_postgresql
from db.reach import Reach
from db.tables.jobs import JobRow


@dataclass(frozen=True, slots=True)
class TagUse:
    """A tag, the number of jobs that have it, and of their items."""

    tag: str
    jobs: int
    items: int


def read_tags(session: Session, reach: Reach) -> list[TagUse]:
    """Every tag of a job that is not erased, those of the newest jobs first."""
    tags = _list_tags(session)
    query = (
        select(tags.c.value, func.count(), func.sum(JobRow.items))
        .select_from(JobRow)
        .join(tags, literal(True))
        .where(JobRow.erasing_at.is_(None), *reach.match(JobRow.tenant))
        .group_by(tags.c.value)
        .order_by(func.max(JobRow.id).desc(), tags.c.value)
    )
    return [TagUse(tag, jobs, int(items)) for tag, jobs, items in session.execute(query)]


def has_job_with(session: Session, reach: Reach, tag: str) -> bool:
    """Whether a job that is not erased has this tag."""
    tagged = select(JobRow.id).where(
        has_tag(session, tag), JobRow.erasing_at.is_(None), *reach.match(JobRow.tenant)
    )
    return session.execute(tagged.limit(1)).first() is not None


def read_tagged_jobs(session: Session, reach: Reach, tag: str) -> list[int]:
    """The jobs with this tag that are not erased, the oldest first."""
    tagged = select(JobRow.id).where(
        has_tag(session, tag), JobRow.erasing_at.is_(None), *reach.match(JobRow.tenant)
    )
    return list(session.scalars(tagged.order_by(JobRow.id)))


def _list_tags(session: Session) -> TableValuedAlias:
    """The tags of each job as rows."""
    if is_postgresql(session):
        return func.jsonb_array_elements_text(JobRow.tags).table_valued("value")
    return func.json_each(JobRow.tags).table_valued("value")


def has_tag_with(session: Session, part: str) -> ColumnElement[bool]:
    """Whether a job has a tag that contains this, in upper or lower case, as a condition."""
    tags = _list_tags(session)
    found = tags.c.value.icontains(part, autoescape=True)
    return select(tags.c.value).where(found).correlate(JobRow).exists()


def has_tag(session: Session, tag: str) -> ColumnElement[bool]:
    """Whether a job has this tag, as a condition."""
    if is_postgresql(session):
        return JobRow.tags.op("@>")(literal([tag], JSONB))
    tags = func.json_each(JobRow.tags).table_valued("value")
    return select(tags.c.value).where(tags.c.value == tag).correlate(JobRow).exists()
