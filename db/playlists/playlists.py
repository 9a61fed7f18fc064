"""Playlists: made, replaced, listed and removed."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from db.clock import read_time
from db.counts.tags import has_tag
from db.playlists.spots import Spots, from_ms
from db.playlists.values import (
    MOST_PLAYLISTS,
    NameTaken,
    NewPlaylist,
    Playlist,
    PlaylistRefused,
    Viewers,
)
from db.reach import Reach
from db.tables.jobs import JobRow
from db.tables.playlists import PlaylistRow


def put_playlist(session: Session, new: NewPlaylist, *, replaces: bool) -> Playlist:
    """Keep a playlist; one of the same name keeps its number. Raises PlaylistRefused."""
    of_tenant = PlaylistRow.tenant == new.tenant
    row = session.scalar(
        select(PlaylistRow).where(of_tenant, PlaylistRow.name == new.name).with_for_update()
    )
    if row is not None and not replaces:
        raise NameTaken(
            f"There is a playlist {new.name!r} already. Replace it, or choose another name."
        )
    if row is None:
        _refuse_too_many(session, of_tenant)
        row = PlaylistRow(tenant=new.tenant, name=new.name)
        session.add(row)
    else:
        row.replaced_at = read_time(session)
    _fill(row, new)
    session.flush()
    session.refresh(row)
    return _read_row(row)


def _refuse_too_many(session: Session, of_tenant: ColumnElement[bool]) -> None:
    if session.scalars(select(func.count(PlaylistRow.id)).where(of_tenant)).one() >= MOST_PLAYLISTS:
        raise PlaylistRefused(f"There are {MOST_PLAYLISTS:,} playlists. Remove one first.")


def _fill(row: PlaylistRow, new: NewPlaylist) -> None:
    schedule, viewers = new.schedule, new.viewers
    row.jobs, row.tag, row.source = list(viewers.jobs), viewers.tag, viewers.source
    row.time_zone, row.dimension = new.time_zone, schedule.dimension
    row.screens, row.contents = list(schedule.screens), list(schedule.contents)
    row.spots, row.spot_count = schedule.spots.pack(), len(schedule.spots)
    row.first_at = from_ms(int(schedule.spots.start_ms.min()))
    row.last_at = from_ms(int(schedule.spots.stop_ms.max()))


def read_playlists(session: Session, reach: Reach) -> list[Playlist]:
    """The newest first."""
    query = select(PlaylistRow).where(*reach.match(PlaylistRow.tenant))
    return [_read_row(row) for row in session.scalars(query.order_by(PlaylistRow.id.desc()))]


def read_playlist(session: Session, playlist_id: int) -> Playlist | None:
    row = session.get(PlaylistRow, playlist_id)
    return None if row is None else _read_row(row)


def read_spots(session: Session, playlist_id: int) -> Spots:
    packed = select(PlaylistRow.spots).where(PlaylistRow.id == playlist_id)
    return Spots.unpack(session.scalars(packed).one())


def read_tenant_of_playlist(session: Session, playlist_id: int) -> str | None:
    """Whose playlist it is, if it exists."""
    return session.scalar(select(PlaylistRow.tenant).where(PlaylistRow.id == playlist_id))


def remove_playlist(session: Session, playlist_id: int) -> bool:
    """False where there is none."""
    removed = delete(PlaylistRow).where(PlaylistRow.id == playlist_id).returning(PlaylistRow.id)
    return session.execute(removed).first() is not None


def select_jobs(session: Session, tenant: str, viewers: Viewers) -> Select[int]:
    """The jobs of a tenant that viewers are of, without erased ones."""
    query = select(JobRow.id).where(JobRow.tenant == tenant, JobRow.erasing_at.is_(None))
    if viewers.tag is not None:
        return query.where(has_tag(session, viewers.tag))
    if viewers.source is not None:
        return query.where(JobRow.headcount == viewers.source)
    return query.where(JobRow.id.in_(viewers.jobs))


def read_time_zones(session: Session, tenant: str, viewers: Viewers) -> list[str]:
    """The time zones by which these jobs are counted, in alphabetical order."""
    zone = JobRow.options["time_zone"].as_string()
    jobs = select_jobs(session, tenant, viewers)
    zones: Sequence[str | None] = session.scalars(
        select(zone).where(JobRow.id.in_(jobs)).distinct()
    ).all()
    return sorted(one or "UTC" for one in zones)


def _read_row(row: PlaylistRow) -> Playlist:
    return Playlist(
        id=row.id,
        tenant=row.tenant,
        name=row.name,
        created_at=row.created_at,
        replaced_at=row.replaced_at,
        viewers=Viewers(tuple(row.jobs), row.tag, row.source),
        time_zone=row.time_zone,
        dimension=row.dimension,
        screens=tuple(row.screens) if row.dimension is not None else (),
        contents=tuple(row.contents),
        spots=row.spot_count,
        first_at=row.first_at,
        last_at=row.last_at,
    )
