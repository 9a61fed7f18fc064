"""Priorities, expiry and erasure of jobs, and the keys of requests that may be repeated."""

import sqlalchemy as sa
from alembic import op

from db.clock import UtcDateTime
from db.tables import BigKey, Json

revision = "0002"
down_revision = "0001"

ERASING = sa.text("erasing_at IS NOT NULL AND erased_at IS NULL")
EXPIRING = sa.text("expires_at IS NOT NULL AND erasing_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("priority", sa.String, nullable=False, server_default="normal"))
        jobs.add_column(sa.Column("batches", Json, nullable=False, server_default="[]"))
        jobs.add_column(sa.Column("receipt", Json))
        for moment in ("expires_at", "erasing_at", "erased_at"):
            jobs.add_column(sa.Column(moment, UtcDateTime))
    _index("jobs_to_erase", "erasing_at", ERASING)
    _index("jobs_by_expiry", "expires_at", EXPIRING)
    op.create_table(
        "requests",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("job_id", BigKey, sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("items", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("requests")
    op.drop_index("jobs_by_expiry", "jobs")
    op.drop_index("jobs_to_erase", "jobs")
    with op.batch_alter_table("jobs") as jobs:
        for column in ("priority", "batches", "receipt", "expires_at", "erasing_at", "erased_at"):
            jobs.drop_column(column)


def _index(name: str, column: str, condition: sa.TextClause) -> None:
    op.create_index(name, "jobs", [column], postgresql_where=condition, sqlite_where=condition)
