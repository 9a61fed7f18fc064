"""How far the annotated copy of a video has come, so that it outlives its worker."""

import sqlalchemy as sa
from alembic import op

from db.tables import BigKey

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "annotated_copies",
        sa.Column(
            "item_id", BigKey, sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("batch", sa.String, nullable=False),
        sa.Column("pieces", sa.Integer, nullable=False),
        sa.Column("drawn_seconds", sa.Double),
    )


def downgrade() -> None:
    op.drop_table("annotated_copies")
