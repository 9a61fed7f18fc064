"""The rows of playlists, and of when the people of live sources were seen."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.clock import DatabaseTime
from db.tables.jobs import JobRow
from db.tables.metadata import BigKey, Json, Table


class PlaylistRow(Table):
    """What ran when, for the jobs that saw the people in front of it. `spots` are packed columns,
    which are read and replaced as a whole; a list of playlists does not load them."""

    __tablename__ = "playlists"
    # Its number is in addresses, and never assigned again.
    __table_args__ = (
        UniqueConstraint("tenant", "name", name="playlists_by_name"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    tenant: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    replaced_at: Mapped[datetime | None]
    # Whose people are counted: these jobs, or all with the tag, or all headcounts of the source.
    jobs: Mapped[list[int]] = mapped_column(Json, default=list)
    tag: Mapped[str | None]
    source: Mapped[str | None]
    # That of times without an offset.
    time_zone: Mapped[str]
    # The dimension by which a spot was on some screens only, and its values.
    dimension: Mapped[str | None]
    screens: Mapped[list[str]] = mapped_column(Json, default=list)
    contents: Mapped[list[str]] = mapped_column(Json, default=list)
    spot_count: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    spots: Mapped[bytes] = mapped_column(deferred=True)


class SightingRow(Table):
    """When a person in front of a live source was seen: for each second from `first_second` on two
    bytes, the tenths in which they were visible and in which they faced the camera."""

    __tablename__ = "sightings"
    __table_args__ = (Index("sightings_by_job", "job_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey(JobRow.id, ondelete="CASCADE"))
    dimensions: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    first_second: Mapped[datetime]
    seconds: Mapped[bytes]
    judged: Mapped[bool]
    gender: Mapped[str]
    age: Mapped[int]
    female_milli: Mapped[int]
    width_years: Mapped[int]
