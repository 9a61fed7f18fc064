"""The rows of chunks, in which items are analyzed."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from db.clock import DatabaseTime
from db.tables.jobs import JobRow
from db.tables.metadata import BigKey, Json, Table

DRAWN = text("draw > 0")
LEASED = text("state = 'leased'")
OF_VIDEO = text("item_id IS NOT NULL")
SENT = text("state = 'waiting' AND sent_at IS NOT NULL")
WAITING = text("state = 'waiting'")


class ChunkRow(Table):
    """A job's items from `start` up to but excluding `stop`, their lease and their counts.

    A video that was cut has a chunk of its own, which counts it. Its segments count nothing: their
    `start` equals their `stop`.
    """

    __tablename__ = "chunks"
    __table_args__ = (
        Index("chunks_by_job", "job_id", "state", "id"),
        Index("chunks_by_draw", "job_id", "draw", postgresql_where=DRAWN, sqlite_where=DRAWN),
        Index("chunks_by_lease", "lease_until", postgresql_where=LEASED, sqlite_where=LEASED),
        Index("chunks_sent", "sent_at", postgresql_where=SENT, sqlite_where=SENT),
        Index(
            "chunks_waiting",
            "job_id",
            "not_before",
            postgresql_where=WAITING,
            sqlite_where=WAITING,
        ),
        Index("chunks_by_video", "item_id", postgresql_where=OF_VIDEO, sqlite_where=OF_VIDEO),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey(JobRow.id, ondelete="CASCADE"))
    start: Mapped[int]
    stop: Mapped[int]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0)
    # The main processes on which it crashed unseen, one entry for each crash.
    unseen_crashes: Mapped[list[str]] = mapped_column(Json, default=list)
    # After a crash: the position of the item that is being analyzed.
    current_item: Mapped[int | None]
    token: Mapped[str | None]
    # `host:pid:child` of the process that has, or last had, the lease.
    pool_child: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime] = mapped_column(default=DatabaseTime())
    sent_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    cancelled: Mapped[int] = mapped_column(default=0)
    faces: Mapped[int] = mapped_column(default=0)
    without_faces: Mapped[int] = mapped_column(default=0)
    # How many of `done` have the same bytes as another item.
    duplicates: Mapped[int] = mapped_column(default=0)
    # How many items had ended before workers could claim it, counted again at each retry.
    ended_before: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(default="items")
    # Of a segment or a join: the video. Of a segment: its frames from `first_frame` up to but
    # excluding `stop_frame`, as grid times; without a stop, up to the end of the video.
    item_id: Mapped[int | None] = mapped_column(BigKey)
    first_frame: Mapped[int | None]
    stop_frame: Mapped[int | None]
    # Its place in the random order of a job that stops when a share is known; 0 in all others.
    draw: Mapped[int] = mapped_column(default=0)
    # The last delivery of its items, once all of them have ended.
    delivery: Mapped[int | None]

    @hybrid_property
    def size(self) -> int:
        return self.stop - self.start

    @hybrid_property
    def ended(self) -> int:
        return self.done + self.failed + self.cancelled

    @hybrid_property
    def unfinished(self) -> int:
        return self.size - self.ended

    @hybrid_property
    def newly_ended(self) -> int:
        """How many items workers have analyzed, since the last retry if there was one."""
        return self.done + self.failed - self.ended_before
