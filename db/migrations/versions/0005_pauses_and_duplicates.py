"""Jobs that wait for a person, items with the same bytes, and how many of a chunk ended earlier."""

import sqlalchemy as sa
from alembic import op

from db.clock import UtcDateTime
from db.tables import BigKey, Json

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for column in (
        sa.Column("paused_at", UtcDateTime),
        sa.Column("pause", Json),
        sa.Column("resumed_at", UtcDateTime),
    ):
        op.add_column("jobs", column)
    op.add_column("items", sa.Column("digest", sa.LargeBinary))
    op.add_column("items", sa.Column("duplicate_of", BigKey))
    for count in ("duplicates", "earlier"):
        zero = sa.Column(count, sa.Integer, nullable=False, server_default="0")
        op.add_column("chunks", zero)
    op.execute("UPDATE chunks SET earlier = done + failed WHERE state IN ('waiting', 'leased')")
    op.create_table(
        "digests",
        sa.Column("job_id", BigKey, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("item_id", BigKey, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("digests")
    for table, columns in (
        ("chunks", ("duplicates", "earlier")),
        ("items", ("digest", "duplicate_of")),
        ("jobs", ("paused_at", "pause", "resumed_at")),
    ):
        with op.batch_alter_table(table) as altered:
            for column in columns:
                altered.drop_column(column)
