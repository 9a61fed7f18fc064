"""Zones that are kept: of a live source, by its name, and of the pictures and videos of a job."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.bulk import put_rows
from db.clock import read_time
from db.reach import Reach
from db.tables.jobs import JobRow
from db.tables.zones import JobZonesRow, SourceZonesRow
from db.zones.polygons import Zone

Packed = Sequence[Mapping[str, Any]]


def keep_source_zones(session: Session, source: str, tenant: str, zones: Sequence[Zone]) -> None:
    """In place of those that it has. A running headcount counts in them from its next write on."""
    if not zones:
        session.execute(delete(SourceZonesRow).where(SourceZonesRow.source == source))
        return
    row = {"source": source, "tenant": tenant, **_pack(session, zones)}
    put_rows(session, SourceZonesRow, [row])


def read_source_zones(session: Session, source: str) -> tuple[Zone, ...]:
    packed = select(SourceZonesRow.zones).where(SourceZonesRow.source == source)
    return _unpack(session.scalar(packed))


def read_sources_with_zones(session: Session, reach: Reach) -> dict[str, tuple[Zone, ...]]:
    """The zones of each source that has any, in the order of their names."""
    row = SourceZonesRow
    query = select(row.source, row.zones).where(*reach.match(row.tenant)).order_by(row.source)
    return {source: _unpack(packed) for source, packed in session.execute(query)}


def keep_job_zones(session: Session, job_id: int, zones: Sequence[Zone]) -> bool:
    """In place of those that it has; False where it is erased."""
    job = select(JobRow.id).where(JobRow.id == job_id, JobRow.erasing_at.is_(None))
    if session.scalar(job.with_for_update(key_share=True)) is None:
        return False
    if zones:
        put_rows(session, JobZonesRow, [{"job_id": job_id, **_pack(session, zones)}])
    else:
        session.execute(delete(JobZonesRow).where(JobZonesRow.job_id == job_id))
    return True


def read_job_zones(session: Session, job_id: int) -> tuple[Zone, ...]:
    packed = select(JobZonesRow.zones).where(JobZonesRow.job_id == job_id)
    return _unpack(session.scalar(packed))


def _pack(session: Session, zones: Sequence[Zone]) -> dict[str, object]:
    packed = [
        {"name": zone.name, "points": [list(point) for point in zone.points]} for zone in zones
    ]
    return {"zones": packed, "changed_at": read_time(session)}


def _unpack(packed: Packed | None) -> tuple[Zone, ...]:
    return tuple(
        Zone(str(one["name"]), tuple((x, y) for x, y in one["points"])) for one in packed or ()
    )
