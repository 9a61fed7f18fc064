"""Likely faces that are left out, beside the items and frames they were seen in."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TABLES = ("items", "frames")
COLUMNS = ("too_small", "too_unsure")


def upgrade() -> None:
    for table in TABLES:
        for name in COLUMNS:
            op.add_column(table, sa.Column(name, sa.Integer))


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as altered:
            for name in COLUMNS:
                altered.drop_column(name)
