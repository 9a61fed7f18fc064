"""The sums of a query about zones: of the headcounts that counted in them, job by job."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.counts.dimension_sets import read_dimension_set, spell_dimensions
from db.counts.grains import Grain
from db.counts.periods import DAY_LENGTH, Period
from db.counts.totals import Totals
from db.counts.zone_counts import ZONE_DIMENSION, read_zone_totals
from db.slices.queries import AudienceTooLarge, SliceQuery
from db.slices.stretches import MOST_DIFFERENCE, move_day
from db.tables.jobs import JobRow
from db.tables.zones import ZoneTotalsRow

# They are added up here, row by row: one question is not to hold a thread for long.
MOST_ROWS = 200_000
WHOLE_DAYS = (None, Period.DAY, Period.WEEK, Period.MONTH, Period.WEEKDAY)
SETS_KEPT = 4096


def read_zone_sums(
    session: Session,
    query: SliceQuery,
    jobs: Sequence[ColumnElement[bool]],
    *,
    by_quarters: bool,
) -> Iterator[tuple[str, str, str, Totals]]:
    """At least those of the days of a query; the name of the zone is a dimension. Raises
    AudienceTooLarge."""
    is_long = query.by_period in WHOLE_DAYS and not by_quarters
    grain = Grain.DAY if is_long else Grain.QUARTER_HOUR
    of_jobs = select(JobRow.id).where(*jobs, JobRow.headcount.is_not(None))
    conditions = [*_match_days(query.first_day, query.last_day), *_match_zone(query)]
    rows = read_zone_totals(session, of_jobs, grain, *conditions, units=query.units)
    for number, (key, totals) in enumerate(rows):
        if number >= MOST_ROWS:
            raise AudienceTooLarge(
                f"Zones were counted in more than {MOST_ROWS:,} periods. Name days, a zone or a "
                "job, or use days in place of hours."
            )
        yield _add_zone(key.dimension_set, key.zone), key.period, key.unit, totals


def _match_zone(query: SliceQuery) -> list[ColumnElement[bool]]:
    zone = query.dimensions.get(ZONE_DIMENSION)
    return [] if zone is None else [ZoneTotalsRow.zone == zone]


def _match_days(first: date | None, last: date | None) -> Iterator[ColumnElement[bool]]:
    """Some days more at either end, as other time zones have other days."""
    day = func.substr(ZoneTotalsRow.period, 1, DAY_LENGTH)
    if first is not None:
        yield day >= move_day(first, -MOST_DIFFERENCE).isoformat()
    if last is not None:
        yield day <= move_day(last, MOST_DIFFERENCE).isoformat()


@lru_cache(SETS_KEPT)
def _add_zone(dimension_set: str, zone: str) -> str:
    return spell_dimensions({**read_dimension_set(dimension_set), ZONE_DIMENSION: zone})
