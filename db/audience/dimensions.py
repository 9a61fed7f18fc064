"""The dimensions of items and their values: what an audience can be filtered and grouped by."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from db.counts.cells import read_cells
from db.counts.cube import (
    are_counted,
    is_within,
    read_cube,
    read_deltas,
    scope_of,
    shape_of,
)
from db.counts.dimension_sets import read_dimension_set, spell_dimensions
from db.counts.grains import Grain, Stretch
from db.counts.tags import has_tag
from db.counts.tally import Unit
from db.counts.totals import Totals, empty_totals, faces_of, items_of
from db.reach import Reach
from db.slices.disclosure import Disclosure
from db.states import LIVE_JOB_STATES, ItemState
from db.tables.audience import CubeRow, DeltaRow, MeasureRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow

# A person of a video is counted in its frames already.
UNITS = (Unit.PICTURE, Unit.FRAME)
ALL_TIME = Stretch(Grain.ALL)


@dataclass(frozen=True, slots=True)
class DimensionValue:
    """A value with the items that ended and the faces found in them; None if withheld."""

    value: str
    items: int
    faces: int | None


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension with its values, those of most items first."""

    name: str
    values: tuple[DimensionValue, ...]


def read_dimensions(
    session: Session, reach: Reach, job_id: int | None, tag: str | None, min_cell: int
) -> list[Dimension]:
    """The dimensions of the items that ended: of one job, of the jobs with a tag, or of all."""
    sums: defaultdict[tuple[str, str], Totals] = defaultdict(empty_totals)
    for dimension_set, unit, totals in _read_sums(session, reach, job_id, tag):
        if Unit(unit) in UNITS:
            for pair in read_dimension_set(dimension_set).items():
                sums[pair] += totals
    found: defaultdict[str, list[DimensionValue]] = defaultdict(list)
    disclosure = Disclosure(min_cell)
    for (name, value), totals in sums.items():
        if totals.any():
            faces = disclosure.publish_faces(int(faces_of(totals).sum()))
            found[name].append(DimensionValue(value, items_of(totals), faces))
    return [
        Dimension(name, tuple(sorted(values, key=lambda one: (-one.items, one.value))))
        for name, values in sorted(found.items())
    ]


def read_values(
    session: Session, reach: Reach, job_id: int | None, tag: str | None
) -> dict[str, list[str]]:
    """The values of each dimension by its name, in order; without counts, which takes longer."""
    if job_id is not None:
        sets = list(_read_sets_of_job(session, job_id))
    else:
        sets = [
            *_read_sets_of_cube(session, reach, tag),
            *_read_sets_of_deltas(session, reach, tag),
        ]
    pairs = {pair for one in sets for pair in read_dimension_set(one).items()}
    values: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in sorted(pairs):
        values[name].append(value)
    return dict(values)


def has_dimension(
    session: Session,
    reach: Reach,
    job_id: int | None,
    tag: str | None,
    name: str,
    value: str | None = None,
) -> bool:
    """Whether any item has this dimension, with this value if one is given; waiting items count."""
    if job_id is None and _is_in_cube(session, reach, tag, name, value):
        return True
    sets = (
        _read_sets_of_job(session, job_id) if job_id else _read_sets_of_deltas(session, reach, tag)
    )
    if any(_has(read_dimension_set(one), name, value) for one in sets):
        return True
    return _is_waiting(session, reach, job_id, tag, name, value)


def _read_sums(
    session: Session, reach: Reach, job_id: int | None, tag: str | None
) -> Iterator[tuple[str, str, Totals]]:
    """Dimension set, unit and totals; each item is in one sum for each of its dimensions."""
    if job_id is not None:
        cells = read_cells(session, [job_id], by_dimensions=True, grain=Grain.ALL)
        for cell_key, totals in cells.totals.items():
            yield cell_key.dimension_set, cell_key.unit, totals
        return
    for name in _read_names(session, reach, tag):
        for dimension_set, _, unit, totals in read_cube(
            session, reach, scope_of(tag), shape_of([name]), ALL_TIME
        ):
            yield dimension_set, unit, totals
    for dimension_set, _, unit, totals in read_deltas(session, reach, tag):
        yield dimension_set, unit, totals


def _read_names(session: Session, reach: Reach, tag: str | None) -> Iterator[str]:
    """The names in the cube. A shape of several names is not read: each has one of its own."""
    in_scope = (
        is_within(session, reach),
        CubeRow.scope == scope_of(tag),
        CubeRow.grain == Grain.ALL,
    )
    shapes = select(CubeRow.shape).where(*in_scope, CubeRow.shape.startswith("[")).distinct()
    for shape in session.scalars(shapes):
        names = json.loads(shape)
        if len(names) == 1:
            yield names[0]


def _is_in_cube(
    session: Session, reach: Reach, tag: str | None, name: str, value: str | None
) -> bool:
    shape = _has_shape(session, reach, tag, name)
    rows = select(CubeRow.unit).where(shape, CubeRow.grain == Grain.ALL)
    if value is not None:
        rows = rows.where(CubeRow.dimension_set == spell_dimensions({name: value}))
    return session.execute(rows.limit(1)).first() is not None


def _has_shape(session: Session, reach: Reach, tag: str | None, name: str) -> ColumnElement[bool]:
    return and_(
        is_within(session, reach),
        CubeRow.scope == scope_of(tag),
        CubeRow.shape == shape_of([name]),
    )


def _read_sets_of_cube(session: Session, reach: Reach, tag: str | None) -> Iterator[str]:
    for name in _read_names(session, reach, tag):
        shape = _has_shape(session, reach, tag, name)
        sets = select(CubeRow.dimension_set).where(shape, CubeRow.grain == Grain.ALL)
        yield from session.scalars(sets.distinct())


def _read_sets_of_job(session: Session, job_id: int) -> Iterable[str]:
    sets = select(MeasureRow.dimension_set).where(MeasureRow.job_id == job_id)
    return session.scalars(sets.distinct())


def _read_sets_of_deltas(session: Session, reach: Reach, tag: str | None) -> Iterable[str]:
    sets = select(DeltaRow.dimension_set).where(*are_counted(session, reach, tag))
    return session.scalars(sets.distinct())


def _has(dimensions: Mapping[str, str], name: str, value: str | None) -> bool:
    return name in dimensions and value in (None, dimensions[name])


def _is_waiting(
    session: Session,
    reach: Reach,
    job_id: int | None,
    tag: str | None,
    name: str,
    value: str | None,
) -> bool:
    """Whether an item that is not counted yet has the dimension; reads all of them at worst."""
    spelled = ItemRow.dimensions[name].as_string()
    jobs = [JobRow.state.in_(LIVE_JOB_STATES), *reach.match(JobRow.tenant)]
    if job_id is not None:
        jobs.append(JobRow.id == job_id)
    if tag is not None:
        jobs.append(has_tag(session, tag))
    waiting = exists().where(
        ItemRow.job_id.in_(select(JobRow.id).where(*jobs)),
        ItemRow.state == ItemState.WAITING,
        spelled.is_not(None) if value is None else spelled == value,
    )
    return bool(session.scalar(select(waiting)))
