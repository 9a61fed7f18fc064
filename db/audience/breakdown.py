"""The faces or people of one job by dimension and over time, in few rows for a report."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.audience.grouping import AudienceGroup, Grouping
from db.counts.cells import read_cells
from db.counts.grains import Grain
from db.counts.periods import Period
from db.counts.tally import Unit
from db.counts.totals import Totals, empty_totals, faces_of
from db.slices.disclosure import Disclosure
from db.slices.queries import COUNTED_UNITS, AudienceQuery, SliceQuery
from db.states import Count
from db.tables.audience import MeasureRow
from models.statistics.shares import Share

VALUES_SHOWN = 8
DIMENSIONS_SHOWN = 12
# Time is shown by day up to MOST_DAYS, then by week, then by month; only the last months.
MOST_DAYS = 92
MOST_DAYS_BY_WEEK = 730
MOST_MONTHS = 120

Values: TypeAlias = dict[str | None, Totals]


@dataclass(frozen=True, slots=True)
class ValueRow:
    """The faces with one value of a dimension, without one (None), or of all `others` together."""

    value: str | None
    others: int  # how many values; 0 in the row of a single value
    faces: int | None  # None if withheld, as below
    share: Share | None  # of all faces
    genders: dict[str, Share | None]  # of the faces of the row


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension with its values, the most frequent first."""

    name: str
    rows: tuple[ValueRow, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Faces by the first day of each period that has any; None for what is withheld."""

    period: Period
    faces: dict[date, int | None]
    earlier: int | None  # before the first of these
    undated: int | None


def has_tracks(session: Session, job_id: int) -> bool:
    """Whether a job has people in videos, or people that are linked: their faces count one person
    many times."""
    of_people = MeasureRow.unit.in_((Unit.TRACK, Unit.LINKED))
    of_job = (MeasureRow.job_id == job_id, of_people)
    track = select(MeasureRow.measure).where(*of_job)
    return session.execute(track.limit(1)).first() is not None


def read_dimensions(
    session: Session, job_id: int, min_cell: int, *, counts_people: bool
) -> tuple[list[Dimension], int]:
    """The first dimensions of a job by name, and how many there are."""
    units = COUNTED_UNITS[Count.PEOPLE if counts_people else Count.FACES]
    by_dimensions: defaultdict[str, Totals] = defaultdict(empty_totals)
    tally = read_cells(session, [job_id], by_dimensions=True, grain=Grain.ALL)
    for cell_key, totals in tally.totals.items():
        if cell_key.unit in units:
            by_dimensions[cell_key.dimension_set] += totals
    dimension_sets = [
        (json.loads(dimension_set) if dimension_set else {}, totals)
        for dimension_set, totals in by_dimensions.items()
    ]
    names = sorted({name for dimensions, _ in dimension_sets for name in dimensions})
    found = []
    for name in names[:DIMENSIONS_SHOWN]:
        values: defaultdict[str | None, Totals] = defaultdict(empty_totals)
        for dimensions, totals in dimension_sets:
            values[dimensions.get(name)] += totals
        found.append(Dimension(name, tuple(_list_rows(name, values, min_cell))))
    return found, len(names)


def _list_rows(name: str, values: Values, min_cell: int) -> Iterator[ValueRow]:
    everything = sum(values.values(), empty_totals())
    genders = Grouping(_query(name, min_cell, by_gender=True), everything)
    faces = Grouping(_query(name, min_cell, by_gender=False), everything)
    leading = _order(values, Disclosure(min_cell))
    tail = leading[VALUES_SHOWN:]
    shown: list[tuple[str | None, int, Totals]] = [
        (value, 0, values[value]) for value in leading[:VALUES_SHOWN]
    ]
    if tail:
        shown.append((None, len(tail), sum((values[value] for value in tail), empty_totals())))
    for value, others, totals in shown:
        [counted] = _list_groups(faces, totals)
        parts = _list_groups(genders, totals)
        shares = {group.gender: group.share_within for group in parts if group.gender}
        yield ValueRow(value, others, counted.faces, counted.share, shares)


def _query(name: str, min_cell: int, *, by_gender: bool) -> AudienceQuery:
    return AudienceQuery(
        bands=(),
        by_gender=by_gender,
        by_age_band=False,
        slices=SliceQuery(by_dimensions=(name,)),
        min_cell=min_cell,
    )


def _list_groups(grouping: Grouping, totals: Totals) -> list[AudienceGroup]:
    return list(grouping.list_groups({((None,), None): totals}))


def _order(values: Mapping[str | None, Totals], disclosure: Disclosure) -> list[str | None]:
    """By the published counts, so that the order reveals no more than they do; no value last."""

    def rank(value: str | None) -> tuple[int, bool, str]:
        faces = disclosure.publish_faces(int(faces_of(values[value]).sum()))
        # A withheld count is more than 0.
        return -(1 if faces is None else faces), value is None, value or ""

    return sorted(values, key=rank)


def read_timeline(session: Session, job_id: int, min_cell: int, *, counts_people: bool) -> Timeline:
    """Faces by day, or by week or month where the days are many."""
    units = COUNTED_UNITS[Count.PEOPLE if counts_people else Count.FACES]
    days: Counter[str] = Counter()
    tally = read_cells(session, [job_id], by_dimensions=False, grain=Grain.DAY)
    for cell_key, totals in tally.totals.items():
        if cell_key.unit in units:
            days[cell_key.quarter_hour] += int(faces_of(totals).sum())
    disclosure = Disclosure(min_cell)
    undated = disclosure.publish_faces(days.pop("", 0))
    dated = {date.fromisoformat(day): faces for day, faces in days.items() if faces}
    period = _choose_period(list(dated))
    sums: Counter[date] = Counter()
    for day, faces in dated.items():
        sums[_start_of(period, day)] += faces
    starts = sorted(sums)
    kept = [start for start in starts if _months(start) > _months(starts[-1]) - MOST_MONTHS]
    earlier = sum(sums[start] for start in starts if start not in kept)
    return Timeline(
        period,
        {start: disclosure.publish_faces(sums[start]) for start in kept},
        disclosure.publish_faces(earlier),
        undated,
    )


def _choose_period(days: list[date]) -> Period:
    length = (max(days) - min(days)).days if days else 0
    if length <= MOST_DAYS:
        return Period.DAY
    return Period.WEEK if length <= MOST_DAYS_BY_WEEK else Period.MONTH


def _start_of(period: Period, day: date) -> date:
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period is Period.MONTH else day


def _months(day: date) -> int:
    return 12 * day.year + day.month
