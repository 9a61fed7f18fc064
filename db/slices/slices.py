"""The slices of an audience: its totals by dimension values and period."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from sqlalchemy.orm import Session

from db.counts.dimension_sets import values_in
from db.counts.periods import name_period, order_period
from db.counts.tally import Unit
from db.counts.totals import Totals
from db.slices.queries import AudienceTooLarge, SliceQuery
from db.slices.sums import Sums, read_sums

# The values of `by_dimensions`, None for items without one, and the period of a query by period.
SliceKey: TypeAlias = tuple[tuple[str | None, ...], str | None]
Slices: TypeAlias = dict[SliceKey, dict[Unit, Totals]]
# Each has totals of some kilobytes.
MOST_SLICES = 10_000


def read_all_slices(session: Session, queries: Sequence[SliceQuery]) -> list[Slices]:
    """The slices of several queries for the same faces; raises AudienceTooLarge.

    The slices of one job are added up from those of a query that divides them further, if there is
    one: each reading adds up all its cells.
    """
    found: dict[int, Slices] = {}
    ordered = sorted(range(len(queries)), key=lambda index: _fineness(queries[index]), reverse=True)
    for index in ordered:
        query = queries[index]
        finer = (
            (other, found[at])
            for at, other in enumerate(queries)
            if at in found and (other == query or (query.job_id and _divides(other, query)))
        )
        known = next(finer, None)
        found[index] = read_slices(session, query) if known is None else _merge(*known, query)
    return [found[index] for index in range(len(queries))]


def _fineness(query: SliceQuery) -> tuple[int, int]:
    return len(query.by_dimensions), query.by_period is not None


def _divides(finer: SliceQuery, query: SliceQuery) -> bool:
    """Whether each slice of a query is a sum of slices of the finer one."""
    has_period = query.by_period in (None, finer.by_period)
    return has_period and set(query.by_dimensions) <= set(finer.by_dimensions)


def _merge(finer: SliceQuery, slices: Slices, query: SliceQuery) -> Slices:
    if finer == query:
        return slices
    places = [finer.by_dimensions.index(name) for name in query.by_dimensions]
    merged = _Slices(query)
    for (values, period), units in slices.items():
        slice_key = tuple(values[place] for place in places), query.by_period and period
        for unit, totals in units.items():
            merged.put(slice_key, unit, totals)
    return merged.sort()


def read_slices(session: Session, query: SliceQuery) -> Slices:
    """The totals of every slice that is not empty, in the order of the slice keys.

    Raises AudienceTooLarge.
    """
    slices = _Slices(query)
    slices.add(read_sums(session, query))
    return slices.sort()


class _Slices:
    """Adds sums to the slices that they belong to."""

    def __init__(self, query: SliceQuery) -> None:
        self._query = query
        self._found: defaultdict[SliceKey, dict[Unit, Totals]] = defaultdict(dict)

    def add(self, sums: Sums) -> None:
        by, wanted = self._query.by_period, set(self._query.units)
        for dimension_set, period, unit, totals in sums:
            values = values_in(dimension_set, self._query.by_dimensions, self._query.dimensions)
            if values is None or unit not in wanted:
                continue
            self.put((values, None if by is None else name_period(period, by)), Unit(unit), totals)
            if len(self._found) > MOST_SLICES:
                raise AudienceTooLarge(
                    f"This table would have more than {MOST_SLICES:,} rows. Use fewer dimensions, "
                    "longer periods, or a filter."
                )

    def put(self, slice_key: SliceKey, unit: Unit, totals: Totals) -> None:
        units = self._found[slice_key]
        units[unit] = units[unit] + totals if unit in units else totals

    def sort(self) -> Slices:
        found = {slice_key: units for slice_key, units in self._found.items() if _has_any(units)}
        # Slices without a value come last.
        return dict(sorted(found.items(), key=lambda one: _order(one[0])))


def _has_any(units: Mapping[Unit, Totals]) -> bool:
    return any(totals.any() for totals in units.values())


def _order(slice_key: SliceKey) -> tuple[object, ...]:
    values, period = slice_key
    return tuple((value is None, value or "") for value in values), order_period(period or "")
