"""An index of the chunks whose hints are in Redis: few, however large the jobs are."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SENT = sa.text("state = 'waiting' AND sent_at IS NOT NULL")


def upgrade() -> None:
    op.create_index("chunks_sent", "chunks", ["sent_at"], postgresql_where=SENT, sqlite_where=SENT)


def downgrade() -> None:
    op.drop_index("chunks_sent", "chunks")
