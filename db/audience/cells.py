"""Step 5b: what is counted of a chunk by dimensions and day, in the transaction that records it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, delete, func, literal, select
from sqlalchemy.orm import Session

from db.audience.totals import (
    DONE,
    DUPLICATES,
    FAILED,
    MEASURE_INDEXES,
    WITHOUT_FACES,
    Totals,
    add_dropped,
    add_outcome,
    add_picture,
    cells_of,
    count_face,
    empty_totals,
    list_cells,
    list_measures,
    pack,
)
from db.audience_tables import CellRow, DeltaRow, MeasureRow
from db.bulk import add_to_rows, insert_rows
from db.item_values import ItemResult
from db.job_values import Duplicates
from db.tables import Table
from models.statistics.confusion import PREDICTED_GENDERS


class Unit(StrEnum):
    """What is counted: faces are those of photographs and frames, people those of photographs and
    tracks."""

    PHOTO = "photo"  # a face in a photograph
    FRAME = "frame"  # a face in a frame of a video
    TRACK = "track"  # a person in a video


class Grain(StrEnum):
    """How long the periods are that are summed over."""

    ALL = "all"  # for ever; the period is empty
    MONTH = "month"  # YYYY-MM
    DAY = "day"  # YYYY-MM-DD


@dataclass(frozen=True, slots=True, order=True)
class CellKey:
    """Where something is counted: a set of dimension values, a day ("" where none is known), and
    a unit."""

    dimension_set: str
    day: str
    unit: Unit


class Tally:
    """Totals by cell key, as they are counted up before they are recorded."""

    def __init__(self) -> None:
        self.totals: dict[CellKey, Totals] = {}

    def at(
        self, dimensions: Mapping[str, str], captured_at: datetime | None, unit: Unit = Unit.PHOTO
    ) -> Totals:
        """The totals to add to, for an item with these dimensions that was taken then."""
        return self.under(CellKey(spell_dimensions(dimensions), day_of(captured_at), unit))

    def add_failure(
        self, dimensions: Mapping[str, str], captured_at: datetime | None, code: str
    ) -> None:
        """Count an item that failed."""
        add_outcome(self.at(dimensions, captured_at), f"{FAILED}{code}")

    def under(self, cell_key: CellKey) -> Totals:
        totals = self.totals.get(cell_key)
        if totals is None:
            totals = self.totals[cell_key] = empty_totals()
        return totals


def spell_dimensions(dimensions: Mapping[str, str]) -> str:
    """The one spelling of a set of dimensions: JSON with sorted keys, empty where there are
    none."""
    return json.dumps(dimensions, sort_keys=True, ensure_ascii=False) if dimensions else ""


def day_of(captured_at: datetime | None) -> str:
    """The day as UTC has it, empty where it is not known."""
    return "" if captured_at is None else captured_at.astimezone(UTC).date().isoformat()


def tally_results(
    results: Sequence[ItemResult], duplicates: Duplicates, gender_min_probability: float
) -> Tally:
    """Count what became of the items of a chunk, and the faces that were found."""
    tally = Tally()
    for result in results:
        dimensions, captured_at = result.item.dimensions, result.item.captured_at
        if result.error is not None:
            tally.add_failure(dimensions, captured_at, result.error.code)
            continue
        totals = tally.at(dimensions, captured_at)
        add_outcome(totals, DONE)
        is_duplicate = result.duplicate_of is not None
        add_outcome(totals, DUPLICATES, int(is_duplicate))
        counts_elsewhere = is_duplicate and duplicates is Duplicates.ONCE
        add_outcome(totals, WITHOUT_FACES, int(not result.faces and not counts_elsewhere))
        add_dropped(totals, result.dropped)
        add_picture(totals, [count_face(face, gender_min_probability) for face in result.faces])
    return tally


def record_tally(session: Session, job_id: int, tally: Tally, sign: int = 1) -> None:
    """Add a tally to the cells of a job and tell the cube, in the transaction of what it counts.

    With a `sign` of -1 it is taken away.
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
    _tell_cube(session, job_id, counted, sign)


def _tell_cube(
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
        "day": cell_key.day,
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
    """Remove what is counted of a job, and take it out of the cube."""
    counted = sorted(
        read_cells(session, job_id, by_dimensions=True, grain=Grain.DAY).totals.items()
    )
    _tell_cube(session, job_id, counted, -1)
    for table in (CellRow, MeasureRow):
        session.execute(delete(table).where(table.job_id == job_id))


def read_cells(
    session: Session,
    job_id: int,
    *,
    by_dimensions: bool,
    grain: Grain,
    first_day: str | None = None,
    last_day: str | None = None,
) -> Tally:
    """The cells of a job, summed over dimension sets and periods: without `by_dimensions` the keys
    have an empty set, and each has a period for its day.

    Where a first or last day is given, those without a day are left out.
    """
    span = (first_day, last_day)
    tally = Tally()
    cells = _sum_rows(session, CellRow, job_id, ("gender", "age"), by_dimensions, grain, span)
    for cell_key, (gender, age, *masses) in cells:
        sums = cells_of(tally.under(cell_key))
        sums[PREDICTED_GENDERS.index(gender), age] += np.array(masses, dtype=np.int64)
    measures = _sum_rows(session, MeasureRow, job_id, ("measure",), by_dimensions, grain, span)
    for cell_key, (measure, total) in measures:
        tally.under(cell_key)[MEASURE_INDEXES[measure]] += int(total)
    return tally


def _sum_rows(
    session: Session,
    table: type[CellRow | MeasureRow],
    job_id: int,
    keys: Sequence[str],
    by_dimensions: bool,
    grain: Grain,
    span: tuple[str | None, str | None],
) -> Iterator[tuple[CellKey, list[Any]]]:
    columns = Table.metadata.tables[table.__tablename__].c
    cell_key = (
        (columns.dimension_set if by_dimensions else literal("")).label("set_of_cell"),
        _period_of(columns.day, grain).label("period"),
        columns.unit,
    )
    wanted = [columns[key] for key in keys]
    summed = [func.sum(column) for column in columns if not column.primary_key]
    query = (
        select(*cell_key, *wanted, *summed)
        .where(columns.job_id == job_id, *_days(columns.day, *span))
        .group_by("set_of_cell", "period", columns.unit, *wanted)
    )
    for dimension_set, period, unit, *rest in session.execute(query):
        yield CellKey(dimension_set, period, Unit(unit)), rest


def _period_of(day: ColumnElement[str], grain: Grain) -> ColumnElement[str]:
    if grain is Grain.ALL:
        return literal("")
    return day if grain is Grain.DAY else func.substr(day, 1, len("YYYY-MM"))


def _days(
    day: ColumnElement[str], first_day: str | None, last_day: str | None
) -> list[ColumnElement[bool]]:
    conditions = [day != ""] if first_day or last_day else []
    if first_day:
        conditions.append(day >= first_day)
    if last_day:
        conditions.append(day <= last_day)
    return conditions
