"""The tags of jobs."""

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from db.engine import is_postgresql
from db.tables import JobRow


def has_tag(session: Session, tag: str) -> ColumnElement[bool]:
    """Whether a job has this tag, as a condition."""
    if is_postgresql(session):
        return JobRow.tags.op("@>")(literal([tag], JSONB))
    tags = func.json_each(JobRow.tags).table_valued("value")
    return select(tags.c.value).where(tags.c.value == tag).correlate(JobRow).exists()
