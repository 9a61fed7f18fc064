"""Videos: their segments among the chunks, their frames until they are joined, and their tracks."""

import sqlalchemy as sa
from alembic import op

from db.tables import BigKey

revision = "0010"
down_revision = "0008"

OF_VIDEO = sa.text("item_id IS NOT NULL")
COLUMNS = {
    "items": (
        ("duration_seconds", sa.Double),
        ("frames", sa.Integer),
        ("warning", sa.String),
        ("copy_uri", sa.String),
    ),
    "chunks": (("item_id", BigKey), ("first_frame", sa.Integer), ("stop_frame", sa.Integer)),
    "faces": (("frame", sa.Integer), ("time_seconds", sa.Double), ("track", sa.Integer)),
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind))
    op.add_column("chunks", sa.Column("kind", sa.String, nullable=False, server_default="items"))
    op.create_index(
        "chunks_by_video",
        "chunks",
        ["item_id"],
        postgresql_where=OF_VIDEO,
        sqlite_where=OF_VIDEO,
    )
    op.create_table(
        "frames",
        _item_id(),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("small", sa.LargeBinary),
    )
    op.create_table("tracks", _item_id(), *_number(), *_track_columns())
    op.create_table(
        "track_thumbnails",
        _item_id(),
        *_number(),
        sa.Column("media_type", sa.String, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def _item_id() -> sa.Column[int]:
    reference = sa.ForeignKey("items.id", ondelete="CASCADE")
    return sa.Column("item_id", BigKey, reference, primary_key=True)


def _number() -> tuple[sa.Column[int]]:
    return (sa.Column("number", sa.Integer, primary_key=True),)


def _track_columns() -> list[sa.Column[object]]:
    columns = {
        sa.Double: (
            "first_seconds", "last_seconds", "seconds_visible", "score", "female", "age_years",
            "age_spread", "best_seconds",
        ),
        sa.Integer: (
            "faces", "age", "age_low", "age_high", "best_frame", "x", "y", "width", "height",
        ),
        sa.String: ("gender", "age_group"),
        sa.Boolean: ("has_thumbnail",),
    }  # fmt: skip
    return [
        sa.Column(name, kind, nullable=False) for kind, names in columns.items() for name in names
    ]


def downgrade() -> None:
    for table in ("track_thumbnails", "tracks", "frames"):
        op.drop_table(table)
    op.drop_index("chunks_by_video", "chunks")
    with op.batch_alter_table("chunks") as altered:
        altered.drop_column("kind")
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as altered:
            for name, _ in columns:
                altered.drop_column(name)
