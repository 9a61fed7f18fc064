"""Where a chunk was when it crashed, and on whom nobody saw it crash."""

import sqlalchemy as sa
from alembic import op

from db.tables import Json

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("chunks") as chunks:
        chunks.add_column(sa.Column("in_hand", sa.Integer))
        chunks.add_column(sa.Column("lost_on", Json, nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("chunks") as chunks:
        chunks.drop_column("lost_on")
        chunks.drop_column("in_hand")
