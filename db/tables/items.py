"""The rows of items: the pictures and videos of a job, and which of them are alike."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.jobs import JobRow
from db.tables.metadata import BigKey, Json, Table

# By error code, not by state: PostgreSQL cannot update a row in place if an index has its state.
FAILED = text("error_code IS NOT NULL")


class ItemRow(Table):
    """One picture or video of a job, at `position` from 0."""

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("job_id", "position", name="items_by_position"),
        Index("items_failed", "job_id", "error_code", postgresql_where=FAILED, sqlite_where=FAILED),
        # Half of each page is free, so that each item can be updated in place, without its indexes.
        {"sqlite_autoincrement": True, "postgresql_with": {"fillfactor": 50}},
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey(JobRow.id, ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str]
    uri: Mapped[str]
    state: Mapped[str]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    width_pixels: Mapped[int | None]
    height_pixels: Mapped[int | None]
    # Likely faces that were left out; null for none.
    too_small: Mapped[int | None]
    too_unsure: Mapped[int | None]
    # The digest of its bytes, and the item of its job that was recorded first with the same bytes.
    digest: Mapped[bytes | None]
    duplicate_of: Mapped[int | None] = mapped_column(BigKey)
    captured_at: Mapped[datetime | None]
    dimensions: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    # Of videos: their length by the header, how many frames were analyzed, what was left out, and
    # where the annotated video is kept.
    duration_seconds: Mapped[float | None]
    frames: Mapped[int | None]
    warning: Mapped[str | None]
    annotated_video_uri: Mapped[str | None]
    # The delivery that its results were written in.
    delivery: Mapped[int | None]


class DigestRow(Table):
    """The item of a job that was recorded first with these bytes."""

    __tablename__ = "digests"

    # No foreign key: jobs are never deleted, and checking it would cost more than the row.
    job_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(BigKey)


class LookRow(Table):
    """A band of the look of a picture that was recorded first of those that look alike."""

    __tablename__ = "looks"

    job_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    band: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    look: Mapped[bytes]


class ThumbnailRow(Table):
    """An item's annotated picture, encoded; apart, so that reading items skips it."""

    __tablename__ = "thumbnails"

    item_id: Mapped[int] = mapped_column(
        ForeignKey(ItemRow.id, ondelete="CASCADE"), primary_key=True
    )
    media_type: Mapped[str]
    content: Mapped[bytes]
