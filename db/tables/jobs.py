"""The rows of jobs, and of what is still on its way to become one."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.clock import DatabaseTime
from db.reach import DEFAULT_TENANT
from db.tables.metadata import BigKey, Json, Table

ERASING = text("erasing_at IS NOT NULL AND erased_at IS NULL")
EXPIRING = text("expires_at IS NOT NULL AND erasing_at IS NULL")
RERUN = text("rerun_of IS NOT NULL")


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
    # The live source whose people it counts; such a job has no items.
    headcount: Mapped[str | None]
    # What is known of the share at which a job stops; null for all others.
    sample: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # How many people its faces are of, where it asks for that: null until they are linked.
    people: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # The request that submitted it, as logs call it.
    request_id: Mapped[str | None]
    # The span of that request, as W3C's trace context writes it.
    trace_parent: Mapped[str | None]
    # How far it had come when webhooks were last told, in hundredths.
    progress_step: Mapped[int] = mapped_column(default=0)


class ListingRow(Table):
    """A folder or bucket whose files become the items of a draft, page by page."""

    __tablename__ = "listings"

    job_id: Mapped[int] = mapped_column(ForeignKey(JobRow.id, ondelete="CASCADE"), primary_key=True)
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


class PieceRow(Table):
    """A part of a large file that is arriving at a draft, from `offset` on, in a store folder of
    its own."""

    __tablename__ = "pieces"

    job_id: Mapped[int] = mapped_column(ForeignKey(JobRow.id, ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    offset: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    folder: Mapped[str]
    uri: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)


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
    job_id: Mapped[int] = mapped_column(ForeignKey(JobRow.id, ondelete="CASCADE"))
    # How many items of an append were added so far.
    items: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
