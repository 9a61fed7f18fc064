"""Where the sums of a query are read: in the cube, in the cells of jobs, in faces, or in zones."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import TypeAlias

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.counts.cells import JobIds, read_cells
from db.counts.cube import MOST_COMBINED, WHOLE, read_cube, read_deltas, scope_of, shape_of
from db.counts.dimension_sets import spell_dimensions, values_in
from db.counts.grains import DAILY_GRAINS, LONG_GRAINS, Grain, Stretch
from db.counts.periods import DAY_LENGTH, UNDATED, Period, respell_moment
from db.counts.tags import has_tag
from db.counts.tally import Tally, Unit
from db.counts.time_zones import have_zone
from db.counts.totals import Totals, empty_totals
from db.embeddings import is_linked
from db.quality import ANY_QUALITY
from db.slices.queries import AudienceTooLarge, SliceQuery
from db.slices.recount import recount_cells
from db.slices.stretches import list_stretches, stretch_of_moments
from db.slices.zone_sums import read_zone_sums
from db.tables.jobs import JobRow
from models.time_zones import find_zone

# The cells of this many items are added up within a few seconds.
MOST_ITEMS = 1_000_000
# Dimension set, period, unit and totals. The period may be longer or more exact than was asked for.
Sum: TypeAlias = tuple[str, str, str, Totals]
Sums: TypeAlias = Iterable[Sum]


def read_sums(session: Session, query: SliceQuery) -> Iterator[Sum]:
    """The sums that a query adds up; raises AudienceTooLarge."""
    jobs = _match_jobs(session, query)
    zone = _find_other_zone(session, query, jobs)
    if query.of_zones:
        in_zones = read_zone_sums(session, query, jobs, by_quarters=zone is not None)
        yield from _move(in_zones, query, zone)
        return
    if query.job_id is not None:
        if session.scalars(select(JobRow.id).where(*jobs)).first() is not None:
            yield from _read_job(session, query, query.job_id, zone)
        return
    stretches = list_stretches(query) if zone is None else [stretch_of_moments(query)]
    if any(_reads_cells(query, stretch.grain) for stretch in stretches):
        yield from _read_cells_of(session, query, jobs, zone)
        return
    for stretch in stretches:
        sums = _read_stretch(session, query, stretch)
        yield from sums if zone is None else _move(sums, query, zone)
    yield from _move(read_deltas(session, query.reach, query.tag), query, zone)


def _match_jobs(session: Session, query: SliceQuery) -> list[ColumnElement[bool]]:
    if query.job_id is None:
        conditions = query.reach.match(JobRow.tenant)
    else:
        conditions = [JobRow.id == query.job_id]
    return conditions if query.tag is None else [*conditions, has_tag(session, query.tag)]


def _find_other_zone(
    session: Session, query: SliceQuery, jobs: list[ColumnElement[bool]]
) -> tzinfo | None:
    """The zone of a query; None where its jobs are counted in it, or nothing depends on it."""
    has_time = query.by_period or query.first_day or query.last_day
    if query.time_zone is None or not has_time or have_zone(session, query.time_zone, *jobs):
        return None
    return find_zone(query.time_zone)


def _reads_cells(query: SliceQuery, grain: Grain) -> bool:
    """Whether the cube has no sums of these dimensions in this grain."""
    several = len(_names(query)) >= MOST_COMBINED
    return several and grain not in DAILY_GRAINS


def _names(query: SliceQuery) -> set[str]:
    return {*query.by_dimensions, *query.dimensions}


def _read_cells_of(
    session: Session, query: SliceQuery, jobs: list[ColumnElement[bool]], zone: tzinfo | None
) -> Sums:
    items = session.scalars(select(func.coalesce(func.sum(JobRow.items), 0)).where(*jobs)).one()
    if items > MOST_ITEMS:
        raise AudienceTooLarge(
            f"Hours by several dimensions are added up from cells, of up to {MOST_ITEMS:,} items, "
            f"but this query has {items:,}. Use one dimension, days, a tag or a job."
        )
    return _read_cells(session, query, select(JobRow.id).where(*jobs), zone)


def _read_job(session: Session, query: SliceQuery, job_id: int, zone: tzinfo | None) -> Sums:
    if query.quality == ANY_QUALITY:
        return _read_cells(session, query, [job_id], zone)
    if Unit.LINKED in query.units and is_linked(session, job_id):
        raise AudienceTooLarge(
            f"The people of job {job_id} are linked from all of its faces. quality_min and pose "
            "count faces one by one: use count=faces with them."
        )
    return _move(_list_sums(recount_cells(session, job_id, query.quality)), query, zone)


def _read_cells(session: Session, query: SliceQuery, job_ids: JobIds, zone: tzinfo | None) -> Sums:
    by_dimensions = bool(_names(query))
    if zone is not None:
        moments = read_cells(
            session,
            job_ids,
            by_dimensions=by_dimensions,
            grain=Grain.QUARTER_HOUR,
            units=query.units,
        )
        return _move(_list_sums(moments), query, zone)
    tally = read_cells(
        session,
        job_ids,
        by_dimensions=by_dimensions,
        grain=_grain_of(query.by_period),
        first_day=query.first_day.isoformat() if query.first_day else None,
        last_day=query.last_day.isoformat() if query.last_day else None,
        units=query.units,
    )
    return _list_sums(tally)


def _grain_of(period: Period | None) -> Grain:
    """The longest grain of cells that tells the periods of this kind."""
    if period is None:
        return Grain.ALL
    if period is Period.MONTH:
        return Grain.MONTH
    is_of_days = period in (Period.DAY, Period.WEEK, Period.WEEKDAY)
    return Grain.DAY if is_of_days else Grain.QUARTER_HOUR


def _list_sums(tally: Tally) -> Iterator[Sum]:
    for cell_key, totals in tally.totals.items():
        yield cell_key.dimension_set, cell_key.quarter_hour, cell_key.unit, totals


def _move(sums: Sums, query: SliceQuery, zone: tzinfo | None) -> Iterator[Sum]:
    """The sums of quarters of an hour in a zone, None for their own, that are within the days of
    the query."""
    first = query.first_day.isoformat() if query.first_day else ""
    last = query.last_day.isoformat() if query.last_day else ""
    for dimension_set, quarter_hour, unit, totals in sums:
        is_dated = quarter_hour not in ("", UNDATED)
        moment = respell_moment(quarter_hour, zone) if zone and is_dated else quarter_hour
        day = moment[:DAY_LENGTH]
        if (not first and not last) or (is_dated and first <= day and (not last or day <= last)):
            yield dimension_set, moment, unit, totals


def _read_stretch(session: Session, query: SliceQuery, stretch: Stretch) -> Sums:
    names = _names(query)
    has_pairs = stretch.grain in LONG_GRAINS
    if len(names) > (MOST_COMBINED if has_pairs else MOST_COMBINED - 1):
        return _read_shape(session, query, WHOLE, stretch)
    if names <= query.dimensions.keys():
        return _read_filtered(session, query, stretch)
    found = [
        one
        for one in _read_shape(session, query, shape_of(names), stretch)
        if not query.dimensions
        or values_in(one[0], query.by_dimensions, query.dimensions) is not None
    ]
    return _complete(session, query, stretch, found)


def _read_filtered(session: Session, query: SliceQuery, stretch: Stretch) -> Sums:
    """All sums of the dimension values that the query filters by."""
    shape, dimension_set = shape_of(query.dimensions), spell_dimensions(query.dimensions)
    return _read_shape(session, query, shape, stretch, dimension_set)


def _complete(
    session: Session,
    query: SliceQuery,
    stretch: Stretch,
    found: list[Sum],
) -> Sums:
    """Add items without one of the query's dimensions, which have no row of that shape."""
    rest: defaultdict[tuple[str, str], Totals] = defaultdict(empty_totals)
    for _, period, unit, totals in _read_filtered(session, query, stretch):
        rest[period, unit] += totals
    for _, period, unit, totals in found:
        rest[period, unit] -= totals
    if not any(totals.any() for totals in rest.values()):
        return found
    if len(query.by_dimensions) > 1:
        return _read_shape(session, query, WHOLE, stretch)
    lacking = spell_dimensions(query.dimensions)
    return [*found, *((lacking, period, unit, totals) for (period, unit), totals in rest.items())]


def _read_shape(
    session: Session,
    query: SliceQuery,
    shape: str,
    stretch: Stretch,
    dimension_set: str | None = None,
) -> Sums:
    scope = scope_of(query.tag)
    return read_cube(session, query.reach, scope, shape, stretch, dimension_set, query.units)
