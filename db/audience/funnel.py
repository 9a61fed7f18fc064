"""The funnel: outcomes of the items that an audience rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.counts.tags import has_tag
from db.counts.totals import (
    DONE,
    DUPLICATES,
    FAILED,
    TOO_SMALL,
    TOO_UNSURE,
    WITHOUT_FACES,
    Totals,
    measure_of,
)
from db.slices.disclosure import Disclosure
from db.slices.queries import SliceQuery
from db.states import LIVE_JOB_STATES, ChunkState, ErrorCode, JobState
from db.tables.audience import MeasureRow
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow


@dataclass(frozen=True, slots=True)
class Funnel:
    """Items by outcome, and likely faces that were left out (None if withheld).

    Waiting and cancelled items are not known by dimension or day, and None in such queries.
    """

    items: int
    done: int
    waiting: int | None
    cancelled: int | None
    failed: dict[str, int]
    without_faces: int
    duplicates: int
    faces_too_small: int | None
    faces_too_unsure: int | None


# Of a table that does not rest on items.
NO_ITEMS = Funnel(0, 0, None, None, {}, 0, 0, None, None)


def read_funnel(
    session: Session, query: SliceQuery, outcomes: Totals, disclosure: Disclosure
) -> Funnel:
    """The funnel of the items whose `outcomes` these are."""
    if query.of_zones:
        return NO_ITEMS
    failed = {code.value: measure_of(outcomes, f"{FAILED}{code}") for code in ErrorCode}
    failed = {code: items for code, items in sorted(failed.items()) if items}
    ended = measure_of(outcomes, DONE) + sum(failed.values())
    items: int = ended
    waiting = cancelled = None
    if not (query.dimensions or query.first_day or query.last_day):
        items, waiting = _count_items(session, _jobs(session, query))
        cancelled = items - ended - waiting
    return Funnel(
        items=items,
        done=measure_of(outcomes, DONE),
        waiting=waiting,
        cancelled=cancelled,
        failed=failed,
        without_faces=measure_of(outcomes, WITHOUT_FACES),
        duplicates=measure_of(outcomes, DUPLICATES),
        faces_too_small=disclosure.publish_faces(measure_of(outcomes, TOO_SMALL)),
        faces_too_unsure=disclosure.publish_faces(measure_of(outcomes, TOO_UNSURE)),
    )


def _jobs(session: Session, query: SliceQuery) -> list[ColumnElement[bool]]:
    conditions = [JobRow.erasing_at.is_(None), *query.reach.match(JobRow.tenant)]
    if query.job_id is not None:
        conditions.append(JobRow.id == query.job_id)
    if query.tag is not None:
        conditions.append(has_tag(session, query.tag))
    return conditions


def _count_items(session: Session, jobs: Sequence[ColumnElement[bool]]) -> tuple[int, int]:
    """(all items, those not ended) of these jobs."""
    items = select(func.coalesce(func.sum(JobRow.items), 0)).where(*jobs)
    unfinished = func.coalesce(func.sum(ChunkRow.unfinished), 0)
    in_chunks = (
        select(unfinished)
        .join(JobRow)
        .where(ChunkRow.state != ChunkState.SPLIT, JobRow.state.in_(LIVE_JOB_STATES), *jobs)
    )
    return session.execute(items).scalar_one(), (
        session.execute(in_chunks).scalar_one() + _count_in_drafts(session, jobs)
    )


def _count_in_drafts(session: Session, jobs: Sequence[ColumnElement[bool]]) -> int:
    """The items of drafts, which have no chunks yet, except those rejected at submission."""
    drafts = select(JobRow.id).where(JobRow.state == JobState.DRAFT, *jobs)
    items = select(func.coalesce(func.sum(JobRow.items), 0))
    refused = select(func.coalesce(func.sum(MeasureRow.total), 0)).where(
        MeasureRow.job_id.in_(drafts), MeasureRow.measure.startswith(FAILED)
    )
    total = session.execute(items.where(JobRow.state == JobState.DRAFT, *jobs)).scalar_one()
    return total - int(session.execute(refused).scalar_one())
