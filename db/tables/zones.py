"""The rows of zones: those that are kept, and who was in those of live sources."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.jobs import JobRow
from db.tables.metadata import Json, Table


class SourceZonesRow(Table):
    """The zones of a live source, in which its headcount counts people."""

    __tablename__ = "source_zones"

    source: Mapped[str] = mapped_column(primary_key=True)
    tenant: Mapped[str]
    zones: Mapped[list[dict[str, object]]] = mapped_column(Json)
    changed_at: Mapped[datetime]


class JobZonesRow(Table):
    """The zones of the pictures and videos of a job, in which people are counted on request."""

    __tablename__ = "job_zones"

    job_id: Mapped[int] = mapped_column(ForeignKey(JobRow.id, ondelete="CASCADE"), primary_key=True)
    zones: Mapped[list[dict[str, object]]] = mapped_column(Json)
    changed_at: Mapped[datetime]


class ZoneTotalsRow(Table):
    """Who was in a zone of a live source, in a day or a quarter of an hour: of each unit the
    totals."""

    __tablename__ = "zone_totals"

    job_id: Mapped[int] = mapped_column(ForeignKey(JobRow.id, ondelete="CASCADE"), primary_key=True)
    # In the order in which they are looked up: most answers need few units of whole days.
    grain: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(primary_key=True)
    dimension_set: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    totals: Mapped[bytes]
