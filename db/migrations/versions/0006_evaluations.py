"""Evaluations of the nets on labeled pictures."""

import sqlalchemy as sa
from alembic import op

from db.clock import UtcDateTime
from db.tables import Json

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "evaluations",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("nets", Json, nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("accuracy", Json, nullable=False),
        sa.Column("labeled", Json, nullable=False),
        sa.Column("design_effect", sa.Double, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("evaluations")
