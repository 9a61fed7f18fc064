"""Room for an item to be changed in its place on PostgreSQL, where no index has to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

BY_CODE = sa.text("error_code IS NOT NULL")
BY_STATE = sa.text("state = 'failed'")
# Each item is changed once, as a rule, to a row of its own size.
FILLED = 50


def upgrade() -> None:
    _index_failures(BY_CODE)
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE items SET (fillfactor = {FILLED})")


def downgrade() -> None:
    _index_failures(BY_STATE)
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE items RESET (fillfactor)")


def _index_failures(which: sa.TextClause) -> None:
    op.drop_index("items_failed", "items")
    op.create_index(
        "items_failed",
        "items",
        ["job_id", "error_code"],
        postgresql_where=which,
        sqlite_where=which,
    )
