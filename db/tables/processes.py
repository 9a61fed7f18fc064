"""The rows of processes."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from db.clock import DatabaseTime
from db.tables.metadata import Json, Table


class ProcessRow(Table):
    """A live process, which renews `seen_at` every few seconds."""

    __tablename__ = "processes"

    name: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    slots: Mapped[int]
    # The packs that its pool children can open.
    packs: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    # What it has in use, by name, and the most it may have.
    gauges: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    started_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    seen_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
