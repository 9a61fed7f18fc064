"""The rows of results that are written to a folder or bucket as they come."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Json, Table


class DestinationRow(Table):
    """Where the results of a job are written."""

    __tablename__ = "destinations"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    uri: Mapped[str]
    # The number of the last delivery that was planned.
    last_delivery: Mapped[int] = mapped_column(default=0)
    # Until then a process writes to it, or it is left alone.
    claimed_until: Mapped[datetime | None]
    # How often in a row it could not be written to, and why.
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    # Set once the job has ended and all of it is written; a retry resets it.
    is_complete: Mapped[bool] = mapped_column(default=False)


class DeliveryRow(Table):
    """Items whose results are written together: planned first, then written under a name that
    follows from this row, so that writing it again replaces it."""

    __tablename__ = "deliveries"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    # Of the database's clock, in UTC, like 2026-07-01.
    day: Mapped[str]
    # The positions of its items are in these, each from its start up to but excluding its stop.
    spans: Mapped[list[list[int]]] = mapped_column(Json)
    items: Mapped[int]
    faces: Mapped[int] = mapped_column(default=0)
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    written_at: Mapped[datetime | None]
