"""The rows of jobs: a job has items, which are analyzed in chunks and have faces."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import JSON

from db.clock import DatabaseTime, UtcDateTime
from db.reach import DEFAULT_TENANT

# SQLite assigns row numbers only where the key is its plain INTEGER.
BigKey = BigInteger().with_variant(Integer, "sqlite")
ERASING = text("erasing_at IS NOT NULL AND erased_at IS NULL")
EXPIRING = text("expires_at IS NOT NULL AND erasing_at IS NULL")
# By error code, not by state: PostgreSQL cannot update a row in place if an index has its state.
FAILED = text("error_code IS NOT NULL")
LEASED = text("state = 'leased'")
OF_VIDEO = text("item_id IS NOT NULL")
RERUN = text("rerun_of IS NOT NULL")
SENT = text("state = 'waiting' AND sent_at IS NOT NULL")
WAITING = text("state = 'waiting'")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Table(DeclarativeBase):
    """All tables, and the types of their columns."""

    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy's own protocol


class JobRow(Table):
    """One submission."""

    __tablename__ = "jobs"
    # The number of an erased job is never assigned again.
    __table_args__ = (
        Index("jobs_by_state", "state", "id"),
        Index("jobs_by_tenant", "tenant", "id"),
        Index("jobs_to_erase", "erasing_at", postgresql_where=ERASING, sqlite_where=ERASING),
        Index("jobs_by_expiry", "expires_at", postgresql_where=EXPIRING, sqlite_where=EXPIRING),
        Index("jobs_rerun", "rerun_of", postgresql_where=RERUN, sqlite_where=RERUN),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    # Whose job it is; its items, faces and counts are, too.
    tenant: Mapped[str] = mapped_column(default=DEFAULT_TENANT)
    state: Mapped[str]
    items: Mapped[int] = mapped_column(default=0)
    priority: Mapped[str] = mapped_column(default="normal")
    # What people call it, and what they noted of it.
    name: Mapped[str] = mapped_column(default="")
    notes: Mapped[str] = mapped_column(default="")
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    options: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    # The versions of its pack that analyzed it, and the hash of the one that workers must have now:
    # null until the first of them claims a chunk.
    packs: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    pack_sha256: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    queued_at: Mapped[datetime | None]
    running_at: Mapped[datetime | None]
    cancelling_at: Mapped[datetime | None]
    # Why its first items failed, and when it was resumed anyway.
    paused_at: Mapped[datetime | None]
    pause: Mapped[dict[str, str] | None] = mapped_column(Json)
    resumed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    # When items were added to it last.
    appended_at: Mapped[datetime | None]
    # When it is erased without a request.
    expires_at: Mapped[datetime | None]
    # From `erasing_at` on its contents cannot be read; they are removed batch by batch.
    erasing_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    receipt: Mapped[dict[str, int] | None] = mapped_column(Json)
    # The folders of the store with its uploads and annotated videos.
    store_folders: Mapped[list[str]] = mapped_column(Json, default=list)
    # Of its uploads, archives unpacked.
    uploaded_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    # How many files were left out of its archives, by why.
    skipped: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    # The first job of these items, where this one analyzes them again: they share the uploads.
    rerun_of: Mapped[int | None] = mapped_column(BigKey)
    # The request that submitted it, as logs call it.
    request_id: Mapped[str | None]
    # How far it had come when webhooks were last told, in hundredths.
    progress_step: Mapped[int] = mapped_column(default=0)


class ListingRow(Table):
    """A folder or bucket whose files become the items of a draft, page by page."""

    __tablename__ = "listings"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    uri: Mapped[str]
    dimensions: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    # How many items its tenant may have in a job; 0 is no limit.
    most_items: Mapped[int] = mapped_column(default=0)
    # The last file that was listed.
    after: Mapped[str | None]
    # Until then a process lists it, or waits for a server.
    claimed_until: Mapped[datetime | None]
    # How often in a row it could not be listed.
    failures: Mapped[int] = mapped_column(default=0)


class LooseFolderRow(Table):
    """A folder of the store that a request is filling; once its job is accepted, that has it.

    The request renews `seen_at` while it lives.
    """

    __tablename__ = "loose_folders"

    folder: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    # When it was taken for abandoned: from then on, no job can have it.
    swept_at: Mapped[datetime | None]


class RequestRow(Table):
    """A request that was accepted with an Idempotency-Key: repeated, it changes nothing."""

    __tablename__ = "requests"

    tenant: Mapped[str] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    # How many items of an append were added so far.
    items: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=DatabaseTime())


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
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
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


class ChunkRow(Table):
    """A job's items from `start` up to but excluding `stop`, their lease and their counts.

    A video that was cut has a chunk of its own, which counts it. Its segments count nothing: their
    `start` equals their `stop`.
    """

    __tablename__ = "chunks"
    __table_args__ = (
        Index("chunks_by_job", "job_id", "state", "id"),
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
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
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


class EstimateColumns:
    """Where a person is in a picture, and what is estimated of them.

    `age` is `age_years` in whole years, for counts and filters. A face that is not `judged` has no
    gender and is not counted: its `female` and `age_years` are guesses.
    """

    x: Mapped[int]
    y: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    score: Mapped[float]
    female: Mapped[float]
    gender: Mapped[str]
    age: Mapped[int]
    age_years: Mapped[float]
    age_low: Mapped[int]
    age_high: Mapped[int]
    age_group: Mapped[str]
    quality: Mapped[float]
    judged: Mapped[bool]
    eye_pixels: Mapped[float]
    sharpness: Mapped[float]
    brightness: Mapped[float]
    contrast: Mapped[float]
    yaw: Mapped[float]
    pitch: Mapped[float]
    roll: Mapped[float]
    mouth_hidden: Mapped[bool]


class FaceRow(EstimateColumns, Table):
    """One detection in a picture or a frame."""

    __tablename__ = "faces"
    __table_args__ = (Index("faces_by_item", "item_id", "ordinal"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    landmarks: Mapped[list[list[int]]] = mapped_column(Json)
    # Of a face in a video: the frame, its time, and the track that the face belongs to.
    frame: Mapped[int | None]
    time_seconds: Mapped[float | None]
    track: Mapped[int | None]


class ThumbnailRow(Table):
    """An item's annotated picture, encoded; apart, so that reading items skips it."""

    __tablename__ = "thumbnails"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("items.id", ondelete="CASCADE"), primary_key=True
    )
    media_type: Mapped[str]
    content: Mapped[bytes]


class ProcessRow(Table):
    """A live process, which renews `seen_at` every few seconds."""

    __tablename__ = "processes"

    name: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    slots: Mapped[int]
    # The packs that its pool children can open.
    packs: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    # What it has in use, by name, and the most it may have.
    gauges: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    started_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    seen_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
