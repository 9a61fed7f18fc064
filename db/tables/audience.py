"""The rows that audiences are counted from, and the evaluations that correct them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.clock import DatabaseTime
from db.reach import ALL_TENANTS
from db.tables.jobs import JobRow
from db.tables.metadata import BigKey, Json, Table


class CellRow(Table):
    """How many faces of one age and gender a job has, for one set of dimension values (as JSON) and
    one quarter of an hour, with their mass; written with the faces."""

    __tablename__ = "cells"

    job_id: Mapped[int] = mapped_column(ForeignKey(JobRow.id, ondelete="CASCADE"), primary_key=True)
    dimension_set: Mapped[str] = mapped_column(primary_key=True)
    quarter_hour: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    gender: Mapped[str] = mapped_column(primary_key=True)
    age: Mapped[int] = mapped_column(primary_key=True)
    faces: Mapped[int] = mapped_column(BigInteger)
    female_milli: Mapped[int] = mapped_column(BigInteger)
    width_years: Mapped[int] = mapped_column(BigInteger)


class MeasureRow(Table):
    """What else is counted with the cells: outcomes of items, and how faces cluster in pictures."""

    __tablename__ = "measures"

    job_id: Mapped[int] = mapped_column(ForeignKey(JobRow.id, ondelete="CASCADE"), primary_key=True)
    dimension_set: Mapped[str] = mapped_column(primary_key=True)
    quarter_hour: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    total: Mapped[int] = mapped_column(BigInteger)


class DeltaRow(Table):
    """What a transaction added to the cells of a job, until it is folded into the cube."""

    __tablename__ = "deltas"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    job_id: Mapped[int] = mapped_column(BigKey)
    dimension_set: Mapped[str]
    quarter_hour: Mapped[str]
    unit: Mapped[str]
    totals: Mapped[bytes]


class CubeRow(Table):
    """Cells of many jobs, summed so that an audience reads few rows; see `db/counts/cube.py`."""

    __tablename__ = "cube"

    tenant: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    shape: Mapped[str] = mapped_column(primary_key=True)
    grain: Mapped[str] = mapped_column(primary_key=True)
    dimension_set: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    totals: Mapped[bytes]


class EvaluationRow(Table):
    """How accurate the models were on labeled pictures; `labeled` are the counts of labels and
    predictions, which a list of evaluations does not load."""

    __tablename__ = "evaluations"

    name: Mapped[str] = mapped_column(primary_key=True)
    # Whose jobs it may correct; those of ALL_TENANTS where the operator stored it for everybody.
    tenant: Mapped[str] = mapped_column(default=ALL_TENANTS)
    created_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    pack: Mapped[dict[str, Any]] = mapped_column(Json)
    settings: Mapped[dict[str, Any]] = mapped_column(Json)
    counts: Mapped[dict[str, Any]] = mapped_column(Json)
    accuracy: Mapped[dict[str, Any]] = mapped_column(Json)
    labeled: Mapped[list[list[Any]]] = mapped_column(Json, deferred=True)
    design_effect: Mapped[float]
