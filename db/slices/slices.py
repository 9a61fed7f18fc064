"""The slices of an audience: its totals by dimension values and period."""

from collections import defaultdict
from collections.abc import Mapping
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
            units = self._found[values, None if by is None else name_period(period, by)]
            if Unit(unit) in units:
                units[Unit(unit)] = units[Unit(unit)] + totals
            else:
                units[Unit(unit)] = totals
            if len(self._found) > MOST_SLICES:
                raise AudienceTooLarge(
                    f"This table would have more than {MOST_SLICES:,} rows. Use fewer dimensions, "
                    "longer periods, or a filter."
                )

    def sort(self) -> Slices:
        found = {slice_key: units for slice_key, units in self._found.items() if _has_any(units)}
        # Slices without a value come last.
        return dict(sorted(found.items(), key=lambda one: _order(one[0])))


def _has_any(units: Mapping[Unit, Totals]) -> bool:
    return any(totals.any() for totals in units.values())


def _order(slice_key: SliceKey) -> tuple[object, ...]:
    values, period = slice_key
    return tuple((value is None, value or "") for value in values), order_period(period or "")
