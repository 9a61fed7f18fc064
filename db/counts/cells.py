"""The cells of a job: recorded by the transactions that count, read back as totals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Select, cast, delete, func, literal, select
from sqlalchemy.orm import Session

from db.bulk import add_to_rows, insert_rows
from db.counts.grains import Grain
from db.counts.periods import DAY_LENGTH, MONTH_LENGTH
from db.counts.tally import CellKey, Tally, Unit
from db.counts.totals import (
    CELLS_SHAPE,
    MEASURE_INDEXES,
    Totals,
    cells_of,
    list_cells,
    list_measures,
    pack,
)
from db.tables.audience import CellRow, DeltaRow, MeasureRow
from db.tables.metadata import Table
from models.statistics.confusion import PREDICTED_GENDERS

GENDER_INDEXES = {gender: index for index, gender in enumerate(PREDICTED_GENDERS)}
# Numbers of jobs, or the query that finds them.
JobIds: TypeAlias = Sequence[int] | Select[Any]


def record_tally(session: Session, job_id: int, tally: Tally, sign: int = 1) -> None:
    """Add a tally to the cells of a job, in the transaction that records what it counts.

    A `sign` of -1 subtracts it.
    """
    # In the order of their keys, so that two transactions never wait for each other.
    counted = sorted(
        (cell_key, totals) for cell_key, totals in tally.totals.items() if totals.any()
    )
    add_to_rows(
        session, CellRow, [row for one in counted for row in _cell_rows(job_id, *one, sign)]
    )
    add_to_rows(
        session,
        MeasureRow,
        [row for one in counted for row in _measure_rows(job_id, *one, sign)],
    )
    _add_deltas(session, job_id, counted, sign)


def _add_deltas(
    session: Session, job_id: int, counted: Iterable[tuple[CellKey, Totals]], sign: int
) -> None:
    rows = [
        {**_key(job_id, cell_key), "totals": pack(sign * totals)} for cell_key, totals in counted
    ]
    insert_rows(session, DeltaRow, rows)


def _key(job_id: int, cell_key: CellKey) -> dict[str, object]:
    return {
        "job_id": job_id,
        "dimension_set": cell_key.dimension_set,
        "quarter_hour": cell_key.quarter_hour,
        "unit": cell_key.unit,
    }


def _cell_rows(
    job_id: int, cell_key: CellKey, totals: Totals, sign: int
) -> Iterable[dict[str, object]]:
    for gender, age, faces, female_milli, width_years in sorted(list_cells(totals)):
        yield {
            **_key(job_id, cell_key),
            "gender": gender,
            "age": age,
            "faces": sign * faces,
            "female_milli": sign * female_milli,
            "width_years": sign * width_years,
        }


def _measure_rows(
    job_id: int, cell_key: CellKey, totals: Totals, sign: int
) -> Iterable[dict[str, object]]:
    for measure, total in sorted(list_measures(totals)):
        yield {**_key(job_id, cell_key), "measure": measure, "total": sign * total}


def erase_cells(session: Session, job_id: int) -> None:
    """Remove the cells of a job, and subtract them from the cube."""
    counted = sorted(
        read_cells(session, [job_id], by_dimensions=True, grain=Grain.QUARTER_HOUR).totals.items()
    )
    _add_deltas(session, job_id, counted, -1)
    for table in (CellRow, MeasureRow):
        session.execute(delete(table).where(table.job_id == job_id))


def read_cells(
    session: Session,
    job_ids: JobIds,
    *,
    by_dimensions: bool,
    grain: Grain,
    first_day: str | None = None,
    last_day: str | None = None,
    units: Sequence[Unit] = (),
) -> Tally:
    """The cells of jobs, summed by month, day or quarter of an hour: the keys of the tally have the
    period in place of the quarter.

    Without `by_dimensions` they are summed over dimension sets, too. A first or last day leaves out
    cells without a time, and `units` all other units.
    """
    wanted = _Wanted(job_ids, by_dimensions, grain, (first_day, last_day), tuple(units))
    tally = Tally()
    _add_cells(tally, _sum_rows(session, CellRow, ("gender", "age"), wanted))
    measures = _sum_rows(session, MeasureRow, ("measure",), wanted)
    for at, measure, total in zip(measures.at, *measures.columns, strict=True):
        tally.under(measures.cell_keys[at])[MEASURE_INDEXES[measure]] += total
    return tally


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which rows are summed, and how far."""

    job_ids: JobIds
    by_dimensions: bool
    grain: Grain
    span: tuple[str | None, str | None]
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class _Summed:
    """Summed rows: `at` says which of the keys each row has, `columns` are its others."""

    cell_keys: Sequence[CellKey]
    at: Sequence[int]
    columns: Sequence[Sequence[Any]]


def _add_cells(tally: Tally, summed: _Summed) -> None:
    """Add gender, age and masses of each row to the totals of its key, of which no two are the
    same; all at once, as a job may have very many."""
    if not summed.at:
        return
    genders, ages, *masses = summed.columns
    found = np.zeros((len(summed.cell_keys), *CELLS_SHAPE), dtype=np.int64)
    of_genders = [GENDER_INDEXES[gender] for gender in genders]
    found[summed.at, of_genders, ages] = np.array(masses, dtype=np.int64).T
    for cell_key, cells in zip(summed.cell_keys, found, strict=True):
        cells_of(tally.under(cell_key))[:] += cells


def _sum_rows(
    session: Session,
    table: type[CellRow | MeasureRow],
    keys: Sequence[str],
    wanted: _Wanted,
) -> _Summed:
    columns = Table.metadata.tables[table.__tablename__].c
    of_cell = (
        (columns.dimension_set if wanted.by_dimensions else literal("")).label("set_of_cell"),
        _period_of(columns.quarter_hour, wanted.grain).label("period"),
        columns.unit,
    )
    others = [columns[key] for key in keys]
    # PostgreSQL's sums of whole numbers are decimals, which take long to read.
    summed = [cast(func.sum(one), BigInteger) for one in columns if not one.primary_key]
    query = (
        select(*of_cell, *others, *summed)
        .where(columns.job_id.in_(wanted.job_ids), *_days(columns.quarter_hour, *wanted.span))
        .group_by("set_of_cell", "period", columns.unit, *others)
    )
    if wanted.units:
        query = query.where(columns.unit.in_(wanted.units))
    rows = session.execute(query).all()
    if not rows:
        return _Summed((), (), [()] * (len(others) + len(summed)))
    dimension_sets, periods, units, *found = zip(*rows, strict=True)
    numbers: dict[tuple[str, str, str], int] = {}
    at = [
        numbers.setdefault(one, len(numbers))
        for one in zip(dimension_sets, periods, units, strict=True)
    ]
    cell_keys = [CellKey(one, period, Unit(unit)) for one, period, unit in numbers]
    return _Summed(cell_keys, at, found)


def _period_of(quarter_hour: ColumnElement[str], grain: Grain) -> ColumnElement[str]:
    if grain is Grain.ALL:
        return literal("")
    lengths = {Grain.MONTH: MONTH_LENGTH, Grain.DAY: DAY_LENGTH}
    return func.substr(quarter_hour, 1, lengths[grain]) if grain in lengths else quarter_hour


def _days(
    quarter_hour: ColumnElement[str], first_day: str | None, last_day: str | None
) -> list[ColumnElement[bool]]:
    day = func.substr(quarter_hour, 1, DAY_LENGTH)
    conditions = [day != ""] if first_day or last_day else []
    if first_day:
        conditions.append(day >= first_day)
    if last_day:
        conditions.append(day <= last_day)
    return conditions
