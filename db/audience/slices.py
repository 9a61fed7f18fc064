"""Step 7a: the totals of an audience, slice by slice: by values of dimensions, by period."""

import json
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.audience.cells import Grain, Unit, read_cells, spell_dimensions
from db.audience.cube import (
    MOST_DIMENSIONS,
    UNDATED,
    WHOLE,
    Stretch,
    read_cube,
    read_deltas,
    scope_of,
    shape_of,
)
from db.audience.tags import has_tag
from db.audience.totals import Totals, empty_totals
from db.tables import JobRow

LAST_DAY = date.max.isoformat()
# Read from their JSON, so many at a time.
DIMENSION_SETS_KEPT = 4096


class Period(StrEnum):
    """How time is cut."""

    DAY = "day"  # 2026-11-24
    WEEK = "week"  # 2026-W48, as ISO 8601 numbers them
    MONTH = "month"  # 2026-11


@dataclass(frozen=True, slots=True)
class SliceQuery:
    """Whose faces, and what they are sliced by; days are those of UTC, both ends included."""

    job_id: int | None = None
    tag: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    by_dimensions: tuple[str, ...] = ()
    by_period: Period | None = None


# The values of `by_dimensions`, None where an item has none; and the period, if it was asked for.
SliceKey: TypeAlias = tuple[tuple[str | None, ...], str | None]
Slices: TypeAlias = dict[SliceKey, dict[Unit, Totals]]
# Dimension set, period, unit and totals, as the cube and the cells give them.
Sums: TypeAlias = Iterable[tuple[str, str, str, Totals]]


def read_slices(session: Session, query: SliceQuery) -> Slices:
    """The totals of every slice that has any, in the order of their keys."""
    slices = _Slices(query)
    if query.job_id is not None:
        if query.tag is None or _is_tagged(session, query.job_id, query.tag):
            slices.add(_read_job(session, query, query.job_id))
    else:
        for stretch in list_stretches(query):
            slices.add(_read_stretch(session, query, stretch))
        slices.add(_inside(read_deltas(session, query.tag), query))
    return slices.sort()


class _Slices:
    """Adds what is read to the slices that it belongs to."""

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
        found = {key: units for key, units in self._found.items() if _has_any(units)}
        # What has no value comes last.
        return dict(sorted(found.items(), key=lambda one: _order(one[0])))


def _has_any(units: Mapping[Unit, Totals]) -> bool:
    return any(totals.any() for totals in units.values())


def _order(key: SliceKey) -> tuple[object, ...]:
    values, period = key
    return tuple((value is None, value or "") for value in values), period or ""


def _values_in(dimension_set: str, query: SliceQuery) -> tuple[str | None, ...] | None:
    """What a dimension set has of the dimensions asked for; None where it is left out."""
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
    return period[:7] if by is Period.MONTH else period


def _is_tagged(session: Session, job_id: int, tag: str) -> bool:
    tagged = select(JobRow.id).where(JobRow.id == job_id, has_tag(session, tag))
    return session.execute(tagged).first() is not None


def _read_job(
    session: Session, query: SliceQuery, job_id: int
) -> Iterator[tuple[str, str, str, Totals]]:
    tally = read_cells(
        session,
        job_id,
        by_dimensions=bool(query.by_dimensions or query.dimensions),
        grain=_grain_of(query.by_period),
        first_day=query.first_day.isoformat() if query.first_day else None,
        last_day=query.last_day.isoformat() if query.last_day else None,
    )
    for cell_key, totals in tally.totals.items():
        yield cell_key.dimension_set, cell_key.day, cell_key.unit, totals


def _grain_of(period: Period | None) -> Grain:
    if period is None:
        return Grain.ALL
    return Grain.MONTH if period is Period.MONTH else Grain.DAY


def _inside(sums: Sums, query: SliceQuery) -> Iterator[tuple[str, str, str, Totals]]:
    """Those of days that are asked for."""
    first = query.first_day.isoformat() if query.first_day else ""
    last = query.last_day.isoformat() if query.last_day else ""
    for dimension_set, day, unit, totals in sums:
        if (not first and not last) or (day and first <= day <= (last or LAST_DAY)):
            yield dimension_set, day, unit, totals


def list_stretches(query: SliceQuery) -> list[Stretch]:
    """The fewest periods that make up the time asked for, none cut finer than it is asked by."""
    first, last = query.first_day, query.last_day
    if query.by_period in (Period.DAY, Period.WEEK):
        return [_stretch(Grain.DAY, first, last)]
    if first is None and last is None:
        return [Stretch(_grain_of(query.by_period))]
    # Days up to the first whole month, whole months, and days from the last on.
    first_month = first and (first if first.day == 1 else _start_of_next_month(first))
    last_month = last and _end_of_last_whole_month(last)
    if first_month and last_month and first_month > last_month:
        return [_stretch(Grain.DAY, first, last)]
    stretches = [_stretch(Grain.MONTH, first_month, last_month)]
    if first and first_month and first != first_month:
        stretches.append(_stretch(Grain.DAY, first, first_month - timedelta(days=1)))
    if last and last_month and last != last_month:
        stretches.append(_stretch(Grain.DAY, last_month + timedelta(days=1), last))
    return stretches


def _stretch(grain: Grain, first: date | None, last: date | None) -> Stretch:
    length = len("YYYY-MM") if grain is Grain.MONTH else len("YYYY-MM-DD")
    end = LAST_DAY if last is None and first is not None else last and last.isoformat()
    return Stretch(grain, first.isoformat()[:length] if first else "", end[:length] if end else "")


def _start_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _end_of_last_whole_month(day: date) -> date:
    is_end = day.day == monthrange(day.year, day.month)[1]
    return day if is_end else day.replace(day=1) - timedelta(days=1)


def _read_stretch(session: Session, query: SliceQuery, stretch: Stretch) -> Sums:
    names = {*query.by_dimensions, *query.dimensions}
    scope = scope_of(query.tag)
    by_day = stretch.grain is Grain.DAY
    if len(names) > (MOST_DIMENSIONS - 1 if by_day else MOST_DIMENSIONS):
        return read_cube(session, scope, WHOLE, stretch)
    if names <= query.dimensions.keys():
        return _read_filtered(session, query, stretch)
    found = [
        one
        for one in read_cube(session, scope, shape_of(names), stretch)
        if not query.dimensions or _values_in(one[0], query) is not None
    ]
    return _complete(session, query, stretch, found)


def _read_filtered(session: Session, query: SliceQuery, stretch: Stretch) -> Sums:
    """All that has the dimensions that are filtered by."""
    shape, dimension_set = shape_of(query.dimensions), spell_dimensions(query.dimensions)
    return read_cube(session, scope_of(query.tag), shape, stretch, dimension_set)


def _complete(
    session: Session,
    query: SliceQuery,
    stretch: Stretch,
    found: list[tuple[str, str, str, Totals]],
) -> Sums:
    """Add the items that lack a dimension which is asked for: they are in no row of its shape."""
    rest: defaultdict[tuple[str, str], Totals] = defaultdict(empty_totals)
    for _, period, unit, totals in _read_filtered(session, query, stretch):
        rest[period, unit] += totals
    for _, period, unit, totals in found:
        rest[period, unit] -= totals
    if not any(totals.any() for totals in rest.values()):
        return found
    if len(query.by_dimensions) > 1:
        return read_cube(session, scope_of(query.tag), WHOLE, stretch)
    lacking = spell_dimensions(query.dimensions)
    return [*found, *((lacking, period, unit, totals) for (period, unit), totals in rest.items())]
