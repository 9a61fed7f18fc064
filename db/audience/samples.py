"""The share that a job is to find out, estimated from the chunks that came first in a random order.

Chunks that are quick would be too many among those that have ended. So an estimate takes all chunks
up to the first in the order that has not.
"""

from dataclasses import asdict

from sqlalchemy import ColumnElement, Executable, and_, case, false, func, select
from sqlalchemy.orm import Session

from db.states import ChunkKind, ChunkState, JobState
from db.stop_rules import Estimate, Sample, StopRule
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from models.statistics.sampling import FEWEST_RUNS, RunCounts, estimate_share, is_known

# Each estimate is from this many times as many chunks as the one before, so that there are few.
GROWTH = 1.1
DIGITS = 4
OPEN = (ChunkState.WAITING, ChunkState.LEASED)


def update_estimate(session: Session, job_id: int) -> bool:
    """Estimate the share of a running job again if enough came since the last time; whether it is
    known."""
    row = session.scalar(
        select(JobRow)
        .where(JobRow.id == job_id, JobRow.state == JobState.RUNNING)
        .with_for_update(skip_locked=True, key_share=True)
    )
    if row is None or row.sample is None:
        return False
    stop = _find_open(session, job_id)
    if stop is None or stop - 1 < max(FEWEST_RUNS, GROWTH * row.sample.get("draws", 0)):
        return False
    sample = Sample.of(row.options["stop_when"], row.sample)
    estimate, known = _estimate(session, job_id, sample.rule, stop)
    estimates = [asdict(one) for one in (*sample.estimates, estimate)]
    row.sample = {"draws": stop - 1, "estimates": estimates, "is_known": known}
    return known


def _find_open(session: Session, job_id: int) -> int | None:
    """The draw of the first chunk in the order that has not ended; None where all have."""
    first = select(ChunkRow.draw).where(
        ChunkRow.job_id == job_id,
        ChunkRow.draw > 0,
        ChunkRow.state.in_(OPEN),
        ChunkRow.kind == ChunkKind.ITEMS,
    )
    return session.scalars(first.order_by(ChunkRow.draw).limit(1)).first()


def _estimate(session: Session, job_id: int, rule: StopRule, stop: int) -> tuple[Estimate, bool]:
    runs = session.scalar(select(func.max(ChunkRow.draw)).where(ChunkRow.job_id == job_id)) or 0
    drawn = (
        ChunkRow.job_id == job_id,
        ChunkRow.draw > 0,
        ChunkRow.draw < stop,
        ChunkRow.state != ChunkState.SPLIT,
        ChunkRow.kind == ChunkKind.ITEMS,
    )
    counted = {
        draw: (faces, hits) for draw, faces, hits in session.execute(_count_faces(rule, *drawn))
    }
    found = [counted.get(draw, (0, 0)) for draw in range(1, stop)]
    share = estimate_share(RunCounts([one[0] for one in found], [one[1] for one in found]), runs)
    items = session.scalar(select(func.sum(ChunkRow.stop - ChunkRow.start)).where(*drawn)) or 0
    bounds = (round(one, DIGITS) for one in (share.value, share.low, share.high))
    return Estimate(items, *bounds), is_known(share, rule.margin)


def _count_faces(rule: StopRule, *drawn: ColumnElement[bool]) -> Executable:
    """Draw, judged faces of pictures, and how many of these belong to the share."""
    ages = rule.ages
    belongs = FaceRow.gender == rule.faces if ages is None else FaceRow.age.between(*ages)
    return (
        select(ChunkRow.draw, func.count(), func.sum(case((belongs, 1), else_=0)))
        .join(
            ItemRow,
            and_(
                ItemRow.job_id == ChunkRow.job_id,
                ItemRow.position >= ChunkRow.start,
                ItemRow.position < ChunkRow.stop,
            ),
        )
        .join(FaceRow, FaceRow.item_id == ItemRow.id)
        .where(*drawn, FaceRow.judged != false(), FaceRow.frame.is_(None))
        .group_by(ChunkRow.draw)
    )
