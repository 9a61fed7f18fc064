"""Cells by day and unit with their mass, measures beside them, and the cube that sums them up.

What was recorded before is counted anew, from its items and faces.
"""

from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from db.audience.cells import Tally, record_tally
from db.audience.totals import (
    DONE,
    DUPLICATES,
    FAILED,
    WITHOUT_FACES,
    CountedFace,
    add_outcome,
    add_picture,
)
from db.tables import BigKey, FaceRow, ItemRow, JobRow
from models.statistics.confusion import OLDEST

revision = "0008"
down_revision = "0007"

PLACE = ("segment", "day", "unit")


def upgrade() -> None:
    op.drop_table("cells")
    op.create_table(
        "cells",
        *_place_columns("gender"),
        sa.Column("age", sa.Integer, primary_key=True),
        *(
            sa.Column(mass, sa.Integer, nullable=False)
            for mass in ("faces", "female_milli", "width_years")
        ),
    )
    op.create_table(
        "measures", *_place_columns("measure"), sa.Column("total", sa.BigInteger, nullable=False)
    )
    op.create_table(
        "deltas",
        sa.Column("id", BigKey, primary_key=True),
        sa.Column("job_id", BigKey, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in PLACE),
        sa.Column("totals", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "cube",
        *(
            sa.Column(name, sa.String, primary_key=True)
            for name in ("scope", "shape", "grain", "segment", "period", "unit")
        ),
        sa.Column("totals", sa.LargeBinary, nullable=False),
    )
    _count_anew(Session(op.get_bind()))


def _place_columns(*more: str) -> list[sa.Column[Any]]:
    job = sa.ForeignKey("jobs.id", ondelete="CASCADE")
    return [
        sa.Column("job_id", BigKey, job, primary_key=True),
        *(sa.Column(name, sa.String, primary_key=True) for name in (*PLACE, *more)),
    ]


def _count_anew(session: Session) -> None:
    live = sa.select(JobRow.id, JobRow.options).where(JobRow.erasing_at.is_(None))
    for job_id, options in session.execute(live).all():
        record_tally(session, job_id, _tally(session, job_id, options.get("duplicates") == "once"))
    session.flush()


def _tally(session: Session, job_id: int, counts_once: bool) -> Tally:
    query = (
        sa.select(
            ItemRow.id,
            ItemRow.state,
            ItemRow.error_code,
            ItemRow.duplicate_of,
            ItemRow.dimensions,
            ItemRow.captured_at,
            FaceRow.gender,
            FaceRow.age,
            FaceRow.female,
            FaceRow.age_low,
            FaceRow.age_high,
        )
        .outerjoin(FaceRow, FaceRow.item_id == ItemRow.id)
        .where(ItemRow.job_id == job_id, ItemRow.state.in_(("done", "failed")))
        .order_by(ItemRow.id)
    )
    tally = Tally()
    for _, group in groupby(session.execute(query), key=lambda row: row.id):
        rows = list(group)
        first = rows[0]
        totals = tally.at(first.dimensions, first.captured_at)
        if first.error_code is not None:
            add_outcome(totals, f"{FAILED}{first.error_code}")
            continue
        is_copy = first.duplicate_of is not None
        faces = [
            CountedFace(
                row.gender,
                min(row.age, OLDEST),
                round(row.female * 1000),
                row.age_high - row.age_low,
            )
            for row in rows
            if row.gender is not None
        ]
        add_outcome(totals, DONE)
        add_outcome(totals, DUPLICATES, int(is_copy))
        add_outcome(totals, WITHOUT_FACES, int(not faces and not (is_copy and counts_once)))
        add_picture(totals, faces)
    return tally


def downgrade() -> None:
    for table in ("cube", "deltas", "measures", "cells"):
        op.drop_table(table)
    op.create_table(
        "cells",
        sa.Column("job_id", BigKey, sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("segment", sa.String, primary_key=True),
        sa.Column("age", sa.Integer, primary_key=True),
        sa.Column("gender", sa.String, primary_key=True),
        sa.Column("faces", sa.Integer, nullable=False),
    )
    op.execute(
        "INSERT INTO cells (job_id, segment, age, gender, faces)"
        " SELECT job_id, '', CASE WHEN age > 100 THEN 100 ELSE age END, gender, count(*)"
        " FROM faces JOIN items ON items.id = faces.item_id GROUP BY 1, 3, 4"
    )
