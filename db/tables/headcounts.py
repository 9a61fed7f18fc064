"""The rows of headcounts."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.clock import DatabaseTime
from db.tables.metadata import BigKey, Json, Table


class HeadcountRow(Table):
    """A live source whose people are counted, into one job a day; without any of its pictures."""

    __tablename__ = "headcounts"

    source: Mapped[str] = mapped_column(primary_key=True)
    tenant: Mapped[str]
    # What its jobs have.
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    dimensions: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    detection: Mapped[str]
    # Whether it is kept when each person was seen, which playlists need.
    keeps_times: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    # The job of the local day that is being counted: both null before the first frame.
    job_id: Mapped[int | None] = mapped_column(BigKey, index=True)
    day: Mapped[str | None]
    # Which process counts, and until when no other may.
    token: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    # Since when it is to end: its process then writes who is still there, and removes the row.
    stopping_at: Mapped[datetime | None]
    # How often was written: a write that is repeated changes nothing.
    writes: Mapped[int] = mapped_column(default=0)
    # Why nothing can be counted now.
    problem: Mapped[str | None]
