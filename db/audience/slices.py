"""The slices of an audience: its totals by dimension values and period."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.audience.queries import Period, SliceQuery
from db.audience.recount import recount_cells
from db.audience.stretches import LAST_DAY, grain_of, list_stretches
from db.counts.cells import read_cells
from db.counts.cube import (
    MOST_COMBINED,
    UNDATED,
    WHOLE,
    read_cube,
    read_deltas,
    scope_of,
    shape_of,
)
from db.counts.grains import MONTH_LENGTH, Grain, Stretch
from db.counts.tags import has_tag
from db.counts.tally import Tally, Unit, spell_dimensions
from db.counts.totals import Totals, empty_totals
from db.quality import ANY_QUALITY
from db.tables import JobRow

# Dimension sets that are cached after their JSON was read.
DIMENSION_SETS_KEPT = 4096
# The values of `by_dimensions`, None for items without one, and the period of a query by period.
SliceKey: TypeAlias = tuple[tuple[str | None, ...], str | None]
Slices: TypeAlias = dict[SliceKey, dict[Unit, Totals]]
# Dimension set, period, unit and totals, from the cube or the cells.
Sums: TypeAlias = Iterable[tuple[str, str, str, Totals]]


def read_slices(session: Session, query: SliceQuery) -> Slices:
    """The totals of every slice that is not empty, in the order of the slice keys."""
    slices = _Slices(query)
    if query.job_id is not None:
        if query.tag is None or _is_tagged(session, query.job_id, query.tag):
            slices.add(_read_job(session, query, query.job_id))
    else:
        for stretch in list_stretches(query):
            slices.add(_read_stretch(session, query, stretch))
        slices.add(_inside(read_deltas(session, query.reach, query.tag), query))
    return slices.sort()


class _Slices:
    """Adds sums to the slices that they belong to."""

    def __init__(self, query: SliceQuery) -> None:
        self._query = query
        self._found: defaultdict[SliceKey, dict[Unit, Totals]] = defaultdict(dict)

    def add(self, sums: Sums) -> None:
        for dimension_set, period, unit, totals in sums:
            values = _values_in(dimension_set, self._query)
            if values is None:
                continue
            units = self._found[values, _name_period(period, self._query.by_period)]
            if Unit(unit) in units:
                units[Unit(unit)] = units[Unit(unit)] + totals
            else:
                units[Unit(unit)] = totals

    def sort(self) -> Slices:
        found = {slice_key: units for slice_key, units in self._found.items() if _has_any(units)}
        # Slices without a value come last.
        return dict(sorted(found.items(), key=lambda one: _order(one[0])))


def _has_any(units: Mapping[Unit, Totals]) -> bool:
    return any(totals.any() for totals in units.values())


def _order(slice_key: SliceKey) -> tuple[object, ...]:
    values, period = slice_key
    return tuple((value is None, value or "") for value in values), period or ""


def _values_in(dimension_set: str, query: SliceQuery) -> tuple[str | None, ...] | None:
    """The values of the query's dimensions; None where the query leaves this set out."""
    if not (query.by_dimensions or query.dimensions):
        return ()
    dimensions = _read_dimensions(dimension_set)
    if any(dimensions.get(name) != value for name, value in query.dimensions.items()):
        return None
    return tuple(dimensions.get(name) for name in query.by_dimensions)


@lru_cache(DIMENSION_SETS_KEPT)
def _read_dimensions(dimension_set: str) -> Mapping[str, str]:
    return MappingProxyType(json.loads(dimension_set) if dimension_set else {})


def _name_period(period: str, by: Period | None) -> str | None:
    if by is None:
        return None
    if period in ("", UNDATED):
        return UNDATED
    if by is Period.WEEK:
        year, week, _ = date.fromisoformat(period).isocalendar()
        return f"{year}-W{week:02}"
    return period[:MONTH_LENGTH] if by is Period.MONTH else period


def _is_tagged(session: Session, job_id: int, tag: str) -> bool:
    tagged = select(JobRow.id).where(JobRow.id == job_id, has_tag(session, tag))
    return session.execute(tagged).first() is not None


def _read_job(
    session: Session, query: SliceQuery, job_id: int
) -> Iterator[tuple[str, str, str, Totals]]:
    if query.quality != ANY_QUALITY:
        return _inside(_list_sums(recount_cells(session, job_id, query.quality)), query)
    tally = read_cells(
        session,
        job_id,
        by_dimensions=bool(query.by_dimensions or query.dimensions),
        grain=grain_of(query.by_period),
        first_day=query.first_day.isoformat() if query.first_day else None,
        last_day=query.last_day.isoformat() if query.last_day else None,
    )
    return _list_sums(tally)


def _list_sums(tally: Tally) -> Iterator[tuple[str, str, str, Totals]]:
    for cell_key, totals in tally.totals.items():
        yield cell_key.dimension_set, cell_key.day, cell_key.unit, totals


def _inside(sums: Sums, query: SliceQuery) -> Iterator[tuple[str, str, str, Totals]]:
    """The sums within the days of the query."""
    first = query.first_day.isoformat() if query.first_day else ""
    last = query.last_day.isoformat() if query.last_day else ""
    for dimension_set, day, unit, totals in sums:
        if (not first and not last) or (day and first <= day <= (last or LAST_DAY)):
            yield dimension_set, day, unit, totals


def _read_stretch(session: Session, query: SliceQuery, stretch: Stretch) -> Sums:
    names = {*query.by_dimensions, *query.dimensions}
    scope = scope_of(query.tag)
    by_day = stretch.grain is Grain.DAY
    if len(names) > (MOST_COMBINED - 1 if by_day else MOST_COMBINED):
        return read_cube(session, query.reach, scope, WHOLE, stretch)
    if names <= query.dimensions.keys():
        return _read_filtered(session, query, stretch)
    found = [
        one
        for one in read_cube(session, query.reach, scope, shape_of(names), stretch)
        if not query.dimensions or _values_in(one[0], query) is not None
    ]
    return _complete(session, query, stretch, found)


def _read_filtered(session: Session, query: SliceQuery, stretch: Stretch) -> Sums:
    """All sums of the dimension values that the query filters by."""
    shape, dimension_set = shape_of(query.dimensions), spell_dimensions(query.dimensions)
    return read_cube(session, query.reach, scope_of(query.tag), shape, stretch, dimension_set)


def _complete(
    session: Session,
    query: SliceQuery,
    stretch: Stretch,
    found: list[tuple[str, str, str, Totals]],
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
        return read_cube(session, query.reach, scope_of(query.tag), WHOLE, stretch)
    lacking = spell_dimensions(query.dimensions)
    return [*found, *((lacking, period, unit, totals) for (period, unit), totals in rest.items())]
