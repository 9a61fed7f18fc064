"""Which jobs an evaluation can correct: those that the pack it measured has analyzed."""

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.orm import Session

from db.counts.tags import has_tag
from db.pack_values import PackVersion
from db.slices.evaluations import Evaluation
from db.slices.queries import SliceQuery
from db.tables.jobs import JobRow
from db.tables.metadata import Json
from models.errors import CalibrationError


def require_pack(session: Session, query: SliceQuery, evaluation: Evaluation) -> None:
    """Raises CalibrationError where a job of the query was analyzed with another pack."""
    others = select(JobRow.id, JobRow.packs).where(
        *_match_jobs(session, query),
        JobRow.erasing_at.is_(None),
        JobRow.packs != literal([], Json),
        JobRow.packs != literal([evaluation.pack.to_json()], Json),
    )
    other = session.execute(others.order_by(JobRow.id).limit(1)).first()
    if other is None:
        return
    used = " and ".join(_describe(PackVersion.of(pack)) for pack in other.packs)
    raise CalibrationError(
        f"The evaluation {evaluation.name!r} measured the pack {_describe(evaluation.pack)}, but "
        f"job {other.id} was analyzed with {used}. Evaluate that pack, or count only jobs of the "
        "evaluated one."
    )


def _match_jobs(session: Session, query: SliceQuery) -> list[ColumnElement[bool]]:
    conditions = query.reach.match(JobRow.tenant)
    if query.job_id is not None:
        conditions.append(JobRow.id == query.job_id)
    if query.tag is not None:
        conditions.append(has_tag(session, query.tag))
    return conditions


def _describe(pack: PackVersion) -> str:
    """`default 1 (3f2a9c51)`: packs of the same version may still differ."""
    return f"{pack.name} {pack.version} ({pack.sha256[:8]})"
