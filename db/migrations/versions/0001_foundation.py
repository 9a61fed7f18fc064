"""Jobs, items, chunks, faces, thumbnails, cells and workers."""

import sqlalchemy as sa
from alembic import op

from db.clock import UtcDateTime
from db.tables import BigKey, Json

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_jobs()
    _create_items()
    _create_chunks()
    _create_faces()
    _create_thumbnails()
    _create_cells()
    _create_workers()


def downgrade() -> None:
    for table in ("workers", "cells", "thumbnails", "faces", "chunks", "items", "jobs"):
        op.drop_table(table)


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", BigKey, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("items", sa.Integer, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("queued_at", UtcDateTime),
        sa.Column("running_at", UtcDateTime),
        sa.Column("cancelling_at", UtcDateTime),
        sa.Column("finished_at", UtcDateTime),
        sqlite_autoincrement=True,
    )
    op.create_index("jobs_by_state", "jobs", ["state", "id"])


def _create_items() -> None:
    op.create_table(
        "items",
        sa.Column("id", BigKey, primary_key=True),
        _belongs_to("jobs"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("uri", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("error_code", sa.String),
        sa.Column("error_message", sa.String),
        sa.Column("width_pixels", sa.Integer),
        sa.Column("height_pixels", sa.Integer),
        sa.Column("captured_at", UtcDateTime),
        sa.Column("dimensions", Json, nullable=False),
        sa.UniqueConstraint("job_id", "position", name="items_by_position"),
        sqlite_autoincrement=True,
    )
    failed = sa.text("state = 'failed'")
    op.create_index(
        "items_failed",
        "items",
        ["job_id", "error_code"],
        postgresql_where=failed,
        sqlite_where=failed,
    )


def _create_chunks() -> None:
    op.create_table(
        "chunks",
        sa.Column("id", BigKey, primary_key=True),
        _belongs_to("jobs"),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("stop", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("crashes", sa.Integer, nullable=False),
        sa.Column("token", sa.String),
        sa.Column("worker", sa.String),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("not_before", UtcDateTime, nullable=False),
        sa.Column("sent_at", UtcDateTime),
        sa.Column("finished_at", UtcDateTime),
        *(
            sa.Column(count, sa.Integer, nullable=False)
            for count in ("done", "failed", "cancelled", "faces", "without_faces")
        ),
    )
    op.create_index("chunks_by_job", "chunks", ["job_id", "state", "id"])
    leased = sa.text("state = 'leased'")
    op.create_index(
        "chunks_by_lease", "chunks", ["lease_until"], postgresql_where=leased, sqlite_where=leased
    )


def _create_faces() -> None:
    op.create_table(
        "faces",
        sa.Column("id", BigKey, primary_key=True),
        _belongs_to("items"),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("ordinal", "x", "y", "width", "height")
        ),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("landmarks", Json, nullable=False),
        sa.Column("female", sa.Double, nullable=False),
        sa.Column("gender", sa.String, nullable=False),
        sa.Column("age", sa.Integer, nullable=False),
        sa.Column("age_years", sa.Double, nullable=False),
        sa.Column("age_low", sa.Integer, nullable=False),
        sa.Column("age_high", sa.Integer, nullable=False),
        sa.Column("age_group", sa.String, nullable=False),
    )
    op.create_index("faces_by_item", "faces", ["item_id", "ordinal"])


def _create_thumbnails() -> None:
    op.create_table(
        "thumbnails",
        _belongs_to("items", primary_key=True),
        sa.Column("media_type", sa.String, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def _create_cells() -> None:
    op.create_table(
        "cells",
        _belongs_to("jobs", primary_key=True),
        sa.Column("segment", sa.String, primary_key=True),
        sa.Column("age", sa.Integer, primary_key=True),
        sa.Column("gender", sa.String, primary_key=True),
        sa.Column("faces", sa.Integer, nullable=False),
    )


def _create_workers() -> None:
    op.create_table(
        "workers",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("slots", sa.Integer, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
    )


def _belongs_to(table: str, *, primary_key: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    name = f"{table.removesuffix('s')}_id"
    return sa.Column(name, BigKey, key, primary_key=primary_key, nullable=False)
