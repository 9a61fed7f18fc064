"""The cube: cells of all jobs, summed so that an audience over years reads few rows.

Each row is the sum over a scope (all jobs of a tenant, or those with a tag), for a shape (no
dimension, one, two, or all that an item has), in a grain of time. A transaction that counts adds a
delta. Deltas are folded into the cube a little later; until then, readers add them.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import combinations

from sqlalchemy import ColumnElement, delete, func, select, tuple_
from sqlalchemy.orm import Session

from db.bulk import put_rows
from db.counts.dimension_sets import spell_dimensions
from db.counts.grains import DAILY_GRAINS, LONG_GRAINS, Grain, Stretch
from db.counts.periods import list_periods
from db.counts.tags import has_tag
from db.counts.totals import Totals, empty_totals, pack, unpack
from db.engine import is_postgresql
from db.reach import Reach
from db.tables.audience import CubeRow, DeltaRow
from db.tables.jobs import JobRow

# Deltas folded in one transaction: few, so that it is short.
FOLDED_AT_ONCE = 200
KEYS_AT_ONCE = 500
# Rows, of some ten kilobytes each, that are cached unpacked: dashboards repeat their queries.
ROWS_KEPT = 1024
# Sums in memory, of some kilobytes each: an item with many dimensions and tags has thousands.
MOST_SUMS = 5000
# The number of the advisory lock by which one process folds at a time; no other lock has it.
FOLDING_LOCK = 7_316_223
ALL_JOBS = ""
# Where a session keeps the names of the tenants.
TENANTS = "tenants"
# The shape of items with all their dimensions.
WHOLE = "*"
# Combinations of more dimensions than this are summed from whole dimension sets.
MOST_COMBINED = 2


@dataclass(frozen=True, slots=True, order=True)
class CubeKey:
    """Which sum a row holds."""

    tenant: str
    scope: str
    shape: str
    grain: Grain
    dimension_set: str
    period: str
    unit: str


FIELDS = tuple(field.name for field in fields(CubeKey))


def scope_of(tag: str | None) -> str:
    return ALL_JOBS if tag is None else f"tag:{tag}"


def shape_of(names: Iterable[str]) -> str:
    """The only spelling of the names of some dimensions."""
    ordered = sorted(names)
    return json.dumps(ordered, ensure_ascii=False) if ordered else ""


def fold_deltas(session: Session, at_once: int = FOLDED_AT_ONCE) -> int:
    """Fold the oldest deltas into the cube; returns how many, 0 while another process folds."""
    if is_postgresql(session):
        lock = select(func.pg_try_advisory_xact_lock(FOLDING_LOCK))
        if not session.execute(lock).scalar_one():
            return 0
    deltas = session.execute(select(DeltaRow.__table__).order_by(DeltaRow.id).limit(at_once)).all()
    jobs = _read_jobs(session, {delta.job_id for delta in deltas})
    sums: defaultdict[CubeKey, Totals] = defaultdict(empty_totals)
    folded: list[int] = []
    for delta in deltas:
        totals = unpack(delta.totals)
        for cube_key in list_cube_keys(
            *jobs[delta.job_id], delta.dimension_set, delta.quarter_hour, delta.unit
        ):
            sums[cube_key] += totals
        folded.append(delta.id)
        if len(sums) >= MOST_SUMS:
            break
    keys = sorted(sums)
    for start in range(0, len(keys), KEYS_AT_ONCE):
        _add(session, {cube_key: sums[cube_key] for cube_key in keys[start : start + KEYS_AT_ONCE]})
    session.execute(delete(DeltaRow).where(DeltaRow.id.in_(folded)))
    return len(folded)


def _read_jobs(session: Session, job_ids: Iterable[int]) -> dict[int, tuple[str, list[str]]]:
    """The tenant and the tags of each job."""
    query = select(JobRow.id, JobRow.tenant, JobRow.tags).where(JobRow.id.in_(job_ids))
    return {job_id: (tenant, tags) for job_id, tenant, tags in session.execute(query)}


def list_cube_keys(
    tenant: str, tags: Sequence[str], dimension_set: str, quarter_hour: str, unit: str
) -> Iterator[CubeKey]:
    """The keys of all sums that a delta is part of."""
    dimensions: dict[str, str] = json.loads(dimension_set) if dimension_set else {}
    scopes = [ALL_JOBS, *(scope_of(tag) for tag in dict.fromkeys(tags))]
    periods = list_periods(quarter_hour)
    for shape, part, grains in _list_shapes(dimension_set, dimensions):
        for grain in grains:
            for scope in scopes:
                yield CubeKey(tenant, scope, shape, grain, part, periods[grain], unit)


def _list_shapes(
    dimension_set: str, dimensions: Mapping[str, str]
) -> Iterator[tuple[str, str, Iterable[Grain]]]:
    """Shape, dimension set, and in which grains it is kept: in all of them, most would be too many
    rows."""
    yield WHOLE, dimension_set, DAILY_GRAINS
    for count in range(MOST_COMBINED + 1):
        for names in combinations(sorted(dimensions), count):
            part = spell_dimensions({name: dimensions[name] for name in names})
            yield shape_of(names), part, Grain if count < MOST_COMBINED else LONG_GRAINS


def _add(session: Session, sums: dict[CubeKey, Totals]) -> None:
    """Add to the rows of these keys, and remove rows that become empty."""
    for row in session.execute(select(CubeRow.__table__).where(_has_key(sums))):
        cube_key = CubeKey(
            row.tenant,
            row.scope,
            row.shape,
            Grain(row.grain),
            row.dimension_set,
            row.period,
            row.unit,
        )
        sums[cube_key] = sums[cube_key] + unpack(row.totals)
    left = [cube_key for cube_key, totals in sums.items() if totals.any()]
    put_rows(
        session,
        CubeRow,
        [{**_columns(cube_key), "totals": pack(sums[cube_key])} for cube_key in left],
    )
    gone = sums.keys() - set(left)
    if gone:
        session.execute(delete(CubeRow).where(_has_key(gone)))


def read_cube(
    session: Session,
    reach: Reach,
    scope: str,
    shape: str,
    stretch: Stretch,
    dimension_set: str | None = None,
    units: Sequence[str] = (),
) -> Iterator[tuple[str, str, str, Totals]]:
    """Dimension set, period, unit and totals of the rows of a stretch, of one set or all.

    Of several tenants, each has rows of its own.
    """
    query = select(CubeRow.dimension_set, CubeRow.period, CubeRow.unit, CubeRow.totals).where(
        is_within(session, reach),
        CubeRow.scope == scope,
        CubeRow.shape == shape,
        CubeRow.grain == stretch.grain,
    )
    if dimension_set is not None:
        query = query.where(CubeRow.dimension_set == dimension_set)
    if units:
        query = query.where(CubeRow.unit.in_(units))
    if stretch.first:
        query = query.where(CubeRow.period >= stretch.first)
    if stretch.stop:
        query = query.where(CubeRow.period < stretch.stop)
    for dimension_set, period, unit, packed in session.execute(query):
        yield dimension_set, period, unit, _unpack_row(packed)


@lru_cache(ROWS_KEPT)
def _unpack_row(packed: bytes) -> Totals:
    """Read-only, because callers share the cached array."""
    totals = unpack(packed)
    totals.flags.writeable = False
    return totals


def is_within(session: Session, reach: Reach) -> ColumnElement[bool]:
    """Whether a row of the cube is of a tenant, as a condition. The key begins with it, so that the
    rows of all tenants are found by their names."""
    if reach.tenant is not None:
        return CubeRow.tenant == reach.tenant
    # A session that reads sees one snapshot.
    known = session.info.get(TENANTS) or _list_tenants(session)
    session.info[TENANTS] = known
    return CubeRow.tenant.in_(known)


def _list_tenants(session: Session) -> list[str]:
    """Those with rows in the cube, by one step in its key for each."""
    first = select(func.min(CubeRow.tenant).label("tenant")).cte("tenants", recursive=True)
    following = select(func.min(CubeRow.tenant)).where(CubeRow.tenant > first.c.tenant)
    rest = select(following.scalar_subquery()).where(first.c.tenant.is_not(None))
    tenants = first.union_all(rest)
    return [one for one in session.scalars(select(tenants.c.tenant)) if one is not None]


def read_deltas(
    session: Session, reach: Reach, tag: str | None
) -> Iterator[tuple[str, str, str, Totals]]:
    """Dimension set, quarter of an hour, unit and totals of what is not folded yet."""
    query = select(DeltaRow.dimension_set, DeltaRow.quarter_hour, DeltaRow.unit, DeltaRow.totals)
    query = query.where(*are_counted(session, reach, tag))
    for dimension_set, quarter_hour, unit, packed in session.execute(query):
        yield dimension_set, quarter_hour, unit, unpack(packed)


def are_counted(session: Session, reach: Reach, tag: str | None) -> list[ColumnElement[bool]]:
    """Which deltas are of these jobs, as conditions."""
    jobs = reach.match(JobRow.tenant)
    if tag is not None:
        jobs.append(has_tag(session, tag))
    return [DeltaRow.job_id.in_(select(JobRow.id).where(*jobs))] if jobs else []


def _columns(cube_key: CubeKey) -> dict[str, str]:
    return {field: getattr(cube_key, field) for field in FIELDS}


def _has_key(keys: Iterable[CubeKey]) -> ColumnElement[bool]:
    columns = [CubeRow.__table__.c[field] for field in FIELDS]
    return tuple_(*columns).in_([tuple(_columns(cube_key).values()) for cube_key in keys])
