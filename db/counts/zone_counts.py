"""Who was in the zones of a live source, counted while its headcount runs.

Zones may overlap, and most people are in none, so the parts do not add up to the whole as those of
a dimension do. These counts are therefore kept apart from cells and cube, with one more for who was
in any zone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.orm import Session

from db.bulk import put_rows
from db.counts.cells import JobIds
from db.counts.grains import Grain
from db.counts.periods import DAY_LENGTH
from db.counts.tags import has_tag
from db.counts.tally import Tally, Unit
from db.counts.totals import Totals, empty_totals, pack, unpack
from db.reach import Reach
from db.tables.jobs import JobRow
from db.tables.zones import JobZonesRow, ZoneTotalsRow

# In place of the name of a zone, which is never empty.
ANY_ZONE = ""
# What a zone is called where groups have dimensions.
ZONE_DIMENSION = "zone"
ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, order=True)
class ZoneKey:
    """Under what somebody in a zone is counted; a period is a day or a quarter of an hour."""

    zone: str
    grain: Grain
    dimension_set: str
    period: str
    unit: Unit


def record_zone_tallies(session: Session, job_id: int, tallies: Mapping[str, Tally]) -> None:
    """Add the tally of each zone to those of a job, whose headcount the caller has locked."""
    if not tallies:
        return
    added = _sum_tallies(tallies)
    known = dict(_read_rows(session, _same(job_id, added)))
    rows = [
        {
            "job_id": job_id,
            "zone": key.zone,
            "grain": key.grain,
            "dimension_set": key.dimension_set,
            "period": key.period,
            "unit": key.unit,
            "totals": pack(totals + known.get(key, 0)),
        }
        for key, totals in sorted(added.items(), key=lambda one: one[0])
    ]
    put_rows(session, ZoneTotalsRow, rows)


def _sum_tallies(tallies: Mapping[str, Tally]) -> dict[ZoneKey, Totals]:
    found: defaultdict[ZoneKey, Totals] = defaultdict(empty_totals)
    for zone, tally in tallies.items():
        for key, totals in tally.totals.items():
            for grain, length in ((Grain.DAY, DAY_LENGTH), (Grain.QUARTER_HOUR, None)):
                period = key.quarter_hour[:length]
                found[ZoneKey(zone, grain, key.dimension_set, period, key.unit)] += totals
    return dict(found)


def _same(job_id: int, keys: Iterable[ZoneKey]) -> list[ColumnElement[bool]]:
    """At least the rows with these keys."""
    found = list(keys)
    return [
        ZoneTotalsRow.job_id == job_id,
        ZoneTotalsRow.unit.in_({key.unit for key in found}),
        ZoneTotalsRow.zone.in_({key.zone for key in found}),
        ZoneTotalsRow.period.in_({key.period for key in found}),
    ]


def read_zone_totals(
    session: Session,
    jobs: JobIds,
    grain: Grain,
    *conditions: ColumnElement[bool],
    units: Iterable[Unit] = (),
) -> Iterator[tuple[ZoneKey, Totals]]:
    """The counts of jobs by zone, and for any zone, in one grain."""
    of_units = [ZoneTotalsRow.unit.in_(list(units))] if units else []
    wanted = [ZoneTotalsRow.job_id.in_(jobs), ZoneTotalsRow.grain == grain]
    return _read_rows(session, [*wanted, *of_units, *conditions])


def read_zone_names(session: Session, jobs: JobIds) -> list[str]:
    """The zones in which people of these jobs were counted, in order."""
    names = select(ZoneTotalsRow.zone).where(
        ZoneTotalsRow.job_id.in_(jobs),
        ZoneTotalsRow.grain == Grain.DAY,
        ZoneTotalsRow.unit == Unit.TRACK,
        ZoneTotalsRow.zone != ANY_ZONE,
    )
    return sorted(session.scalars(names.distinct()))


def select_headcounts(
    session: Session, reach: Reach, job_id: int | None = None, tag: str | None = None
) -> Select[int]:
    """The jobs that count in zones, as a query."""
    query = select(JobRow.id).where(JobRow.headcount.is_not(None), *reach.match(JobRow.tenant))
    if job_id is not None:
        query = query.where(JobRow.id == job_id)
    return query if tag is None else query.where(has_tag(session, tag))


def erase_zones(session: Session, job_id: int) -> None:
    """The zones of a job, and who was in them."""
    for table in (ZoneTotalsRow, JobZonesRow):
        session.execute(delete(table).where(table.job_id == job_id))


def _read_rows(
    session: Session, conditions: Iterable[ColumnElement[bool]]
) -> Iterator[tuple[ZoneKey, Totals]]:
    row = ZoneTotalsRow
    columns = select(row.zone, row.grain, row.dimension_set, row.period, row.unit, row.totals)
    query = columns.where(*conditions).execution_options(yield_per=ROWS_AT_ONCE)
    for zone, grain, dimension_set, period, unit, totals in session.execute(query):
        yield ZoneKey(zone, Grain(grain), dimension_set, period, Unit(unit)), unpack(totals)
