"""The schema of 0.1.

It spells out every type and imports nothing of the application, which will change.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

# SQLite assigns row numbers only where the key is its plain INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_jobs()
    _create_listings()
    _create_loose_folders()
    _create_pieces()
    _create_requests()
    _create_items()
    _create_chunks()
    _create_digests()
    _create_looks()
    _create_faces()
    _create_embeddings()
    _create_thumbnails("thumbnails", _references("items", primary_key=True))
    _create_frames()
    _create_tracks()
    _create_annotated_videos()
    _create_thumbnails(
        "track_thumbnails", _references("items", primary_key=True), _key("number", sa.Integer())
    )
    _create_cells()
    _create_cube()
    _create_evaluations()
    _create_logins()
    _create_headcounts()
    _create_playlists()
    _create_zones()
    _create_processes()
    _create_counters()
    _create_webhooks()
    _create_deliveries()


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", ID, primary_key=True),
        _filled("tenant", sa.String()),
        _filled("state", sa.String()),
        _filled("items", sa.Integer()),
        _filled("priority", sa.String()),
        _filled("name", sa.String()),
        _filled("notes", sa.String()),
        _filled("tags", JSON),
        _filled("options", JSON),
        _filled("packs", JSON),
        sa.Column("pack_sha256", sa.String()),
        _filled("created_at", TIME),
        sa.Column("queued_at", TIME),
        sa.Column("running_at", TIME),
        sa.Column("cancelling_at", TIME),
        sa.Column("paused_at", TIME),
        sa.Column("pause", JSON),
        sa.Column("resumed_at", TIME),
        sa.Column("finished_at", TIME),
        sa.Column("appended_at", TIME),
        sa.Column("expires_at", TIME),
        sa.Column("erasing_at", TIME),
        sa.Column("erased_at", TIME),
        sa.Column("receipt", JSON),
        _filled("store_folders", JSON),
        _filled("uploaded_bytes", sa.BigInteger()),
        _filled("skipped", JSON),
        sa.Column("rerun_of", ID),
        sa.Column("headcount", sa.String()),
        sa.Column("sample", JSON),
        sa.Column("people", JSON),
        sa.Column("request_id", sa.String()),
        sa.Column("trace_parent", sa.String()),
        _filled("progress_step", sa.Integer()),
        sqlite_autoincrement=True,
    )
    op.create_index("jobs_by_state", "jobs", ["state", "id"])
    op.create_index("jobs_by_tenant", "jobs", ["tenant", "id"])
    erasing = "erasing_at IS NOT NULL AND erased_at IS NULL"
    _create_partial_index("jobs_to_erase", "jobs", ["erasing_at"], erasing)
    expiring = "expires_at IS NOT NULL AND erasing_at IS NULL"
    _create_partial_index("jobs_by_expiry", "jobs", ["expires_at"], expiring)
    _create_partial_index("jobs_rerun", "jobs", ["rerun_of"], "rerun_of IS NOT NULL")


def _create_listings() -> None:
    op.create_table(
        "listings",
        _references("jobs", primary_key=True),
        sa.Column("uri", sa.String(), nullable=False),
        sa.Column("dimensions", JSON, nullable=False),
        sa.Column("most_items", sa.Integer(), nullable=False),
        sa.Column("after", sa.String()),
        sa.Column("claimed_until", TIME),
        sa.Column("failures", sa.Integer(), nullable=False),
    )


def _create_loose_folders() -> None:
    op.create_table(
        "loose_folders",
        _key("folder", sa.String()),
        _filled("seen_at", TIME),
        sa.Column("swept_at", TIME),
    )


def _create_pieces() -> None:
    op.create_table(
        "pieces",
        _references("jobs", primary_key=True),
        _key("name", sa.String()),
        sa.Column("offset", sa.BigInteger(), primary_key=True, autoincrement=False),
        _filled("folder", sa.String()),
        _filled("uri", sa.String()),
        _filled("size_bytes", sa.BigInteger()),
    )


def _create_requests() -> None:
    op.create_table(
        "requests",
        _key("tenant", sa.String()),
        _key("idempotency_key", sa.String()),
        _filled("digest", sa.String()),
        _references("jobs"),
        _filled("items", sa.Integer()),
        _filled("created_at", TIME),
    )


def _create_items() -> None:
    op.create_table(
        "items",
        sa.Column("id", ID, primary_key=True),
        _references("jobs"),
        _filled("position", sa.Integer()),
        _filled("name", sa.String()),
        _filled("uri", sa.String()),
        _filled("state", sa.String()),
        sa.Column("error_code", sa.String()),
        sa.Column("error_message", sa.String()),
        sa.Column("width_pixels", sa.Integer()),
        sa.Column("height_pixels", sa.Integer()),
        sa.Column("too_small", sa.Integer()),
        sa.Column("too_unsure", sa.Integer()),
        sa.Column("digest", sa.LargeBinary()),
        sa.Column("duplicate_of", ID),
        sa.Column("captured_at", TIME),
        _filled("dimensions", JSON),
        sa.Column("duration_seconds", sa.Double()),
        sa.Column("frames", sa.Integer()),
        sa.Column("warning", sa.String()),
        sa.Column("annotated_video_uri", sa.String()),
        sa.Column("delivery", sa.Integer()),
        sa.UniqueConstraint("job_id", "position", name="items_by_position"),
        sqlite_autoincrement=True,
        postgresql_with={"fillfactor": 50},
    )
    failed = "error_code IS NOT NULL"
    _create_partial_index("items_failed", "items", ["job_id", "error_code"], failed)


def _create_chunks() -> None:
    op.create_table(
        "chunks",
        sa.Column("id", ID, primary_key=True),
        _references("jobs"),
        _filled("start", sa.Integer()),
        _filled("stop", sa.Integer()),
        _filled("state", sa.String()),
        _filled("attempts", sa.Integer()),
        _filled("crashes", sa.Integer()),
        _filled("unseen_crashes", JSON),
        sa.Column("current_item", sa.Integer()),
        sa.Column("token", sa.String()),
        sa.Column("pool_child", sa.String()),
        sa.Column("lease_until", TIME),
        _filled("not_before", TIME),
        sa.Column("sent_at", TIME),
        sa.Column("finished_at", TIME),
        _filled("done", sa.Integer()),
        _filled("failed", sa.Integer()),
        _filled("cancelled", sa.Integer()),
        _filled("faces", sa.Integer()),
        _filled("without_faces", sa.Integer()),
        _filled("duplicates", sa.Integer()),
        _filled("ended_before", sa.Integer()),
        _filled("kind", sa.String()),
        sa.Column("item_id", ID),
        sa.Column("first_frame", sa.Integer()),
        sa.Column("stop_frame", sa.Integer()),
        _filled("draw", sa.Integer()),
        sa.Column("delivery", sa.Integer()),
    )
    op.create_index("chunks_by_job", "chunks", ["job_id", "state", "id"])
    _create_partial_index("chunks_by_draw", "chunks", ["job_id", "draw"], "draw > 0")
    _create_partial_index("chunks_by_lease", "chunks", ["lease_until"], "state = 'leased'")
    sent = "state = 'waiting' AND sent_at IS NOT NULL"
    _create_partial_index("chunks_sent", "chunks", ["sent_at"], sent)
    waiting = ["job_id", "not_before"]
    _create_partial_index("chunks_waiting", "chunks", waiting, "state = 'waiting'")
    _create_partial_index("chunks_by_video", "chunks", ["item_id"], "item_id IS NOT NULL")


def _create_digests() -> None:
    op.create_table(
        "digests",
        sa.Column("job_id", ID, primary_key=True, autoincrement=False),
        _key("digest", sa.LargeBinary()),
        _filled("item_id", ID),
    )


def _create_looks() -> None:
    op.create_table(
        "looks",
        sa.Column("job_id", ID, primary_key=True, autoincrement=False),
        sa.Column("band", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("value", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("item_id", ID, primary_key=True, autoincrement=False),
        _filled("look", sa.LargeBinary()),
    )


def _create_faces() -> None:
    op.create_table(
        "faces",
        sa.Column("id", ID, primary_key=True),
        _references("items"),
        _filled("ordinal", sa.Integer()),
        _filled("landmarks", JSON),
        sa.Column("frame", sa.Integer()),
        sa.Column("time_seconds", sa.Double()),
        sa.Column("track", sa.Integer()),
        sa.Column("person", sa.Integer()),
        *_person_columns(),
    )
    op.create_index("faces_by_item", "faces", ["item_id", "ordinal"])


def _create_embeddings() -> None:
    op.create_table(
        "embeddings",
        sa.Column("job_id", ID, primary_key=True, autoincrement=False),
        sa.Column("item_id", ID, primary_key=True, autoincrement=False),
        sa.Column("ordinal", sa.Integer(), primary_key=True, autoincrement=False),
        _filled("embedding", sa.LargeBinary()),
    )


def _person_columns() -> list[sa.Column[Any]]:
    return [
        _filled("x", sa.Integer()),
        _filled("y", sa.Integer()),
        _filled("width", sa.Integer()),
        _filled("height", sa.Integer()),
        _filled("score", sa.Double()),
        _filled("female", sa.Double()),
        _filled("gender", sa.String()),
        _filled("age", sa.Integer()),
        _filled("age_years", sa.Double()),
        _filled("age_low", sa.Integer()),
        _filled("age_high", sa.Integer()),
        _filled("age_group", sa.String()),
        _filled("quality", sa.Double()),
        _filled("judged", sa.Boolean()),
        _filled("eye_pixels", sa.Double()),
        _filled("sharpness", sa.Double()),
        _filled("brightness", sa.Double()),
        _filled("contrast", sa.Double()),
        _filled("yaw", sa.Double()),
        _filled("pitch", sa.Double()),
        _filled("roll", sa.Double()),
        _filled("mouth_hidden", sa.Boolean()),
    ]


def _create_thumbnails(table: str, *keys: sa.Column[int]) -> None:
    op.create_table(
        table,
        *keys,
        _filled("media_type", sa.String()),
        _filled("content", sa.LargeBinary()),
    )


def _create_frames() -> None:
    op.create_table(
        "frames",
        _references("items", primary_key=True),
        _key("position", sa.Integer()),
        _filled("number", sa.Integer()),
        _filled("seconds", sa.Double()),
        _filled("fingerprint", sa.LargeBinary()),
        sa.Column("small_picture", sa.LargeBinary()),
        sa.Column("too_small", sa.Integer()),
        sa.Column("too_unsure", sa.Integer()),
    )


def _create_tracks() -> None:
    op.create_table(
        "tracks",
        _references("items", primary_key=True),
        _key("number", sa.Integer()),
        _filled("first_seconds", sa.Double()),
        _filled("last_seconds", sa.Double()),
        _filled("seconds_visible", sa.Double()),
        _filled("faces", sa.Integer()),
        _filled("age_spread", sa.Double()),
        _filled("best_frame", sa.Integer()),
        _filled("best_seconds", sa.Double()),
        _filled("has_thumbnail", sa.Boolean()),
        sa.Column("person", sa.Integer()),
        *_person_columns(),
    )


def _create_annotated_videos() -> None:
    op.create_table(
        "annotated_videos",
        _references("items", primary_key=True),
        _filled("folder", sa.String()),
        _filled("clips", sa.Integer()),
        sa.Column("drawn_seconds", sa.Double()),
    )


def _create_cells() -> None:
    op.create_table(
        "cells",
        _references("jobs", primary_key=True),
        _key("dimension_set", sa.String()),
        _key("quarter_hour", sa.String()),
        _key("unit", sa.String()),
        _key("gender", sa.String()),
        _key("age", sa.Integer()),
        _filled("faces", sa.BigInteger()),
        _filled("female_milli", sa.BigInteger()),
        _filled("width_years", sa.BigInteger()),
    )
    op.create_table(
        "measures",
        _references("jobs", primary_key=True),
        _key("dimension_set", sa.String()),
        _key("quarter_hour", sa.String()),
        _key("unit", sa.String()),
        _key("measure", sa.String()),
        _filled("total", sa.BigInteger()),
    )


def _create_cube() -> None:
    op.create_table(
        "deltas",
        sa.Column("id", ID, primary_key=True),
        _filled("job_id", ID),
        _filled("dimension_set", sa.String()),
        _filled("quarter_hour", sa.String()),
        _filled("unit", sa.String()),
        _filled("totals", sa.LargeBinary()),
    )
    op.create_table(
        "cube",
        _key("tenant", sa.String()),
        _key("scope", sa.String()),
        _key("shape", sa.String()),
        _key("grain", sa.String()),
        _key("dimension_set", sa.String()),
        _key("period", sa.String()),
        _key("unit", sa.String()),
        _filled("totals", sa.LargeBinary()),
    )


def _create_evaluations() -> None:
    op.create_table(
        "evaluations",
        _key("name", sa.String()),
        _filled("tenant", sa.String()),
        _filled("created_at", TIME),
        _filled("pack", JSON),
        _filled("settings", JSON),
        _filled("counts", JSON),
        _filled("accuracy", JSON),
        _filled("labeled", JSON),
        _filled("design_effect", sa.Double()),
    )


def _create_logins() -> None:
    op.create_table(
        "keys",
        sa.Column("id", ID, primary_key=True),
        _filled("name", sa.String()),
        _filled("start", sa.String()),
        sa.Column("digest", sa.LargeBinary(), nullable=False, unique=True),
        _filled("tenant", sa.String()),
        _filled("scopes", JSON),
        _filled("created_at", TIME),
        sa.Column("expires_at", TIME),
        sa.Column("last_used_at", TIME),
        sa.Column("revoked_at", TIME),
    )
    op.create_table(
        "audit",
        sa.Column("id", ID, primary_key=True),
        _filled("at", TIME),
        _filled("tenant", sa.String()),
        _filled("caller", sa.String()),
        sa.Column("key_id", ID),
        _filled("action", sa.String()),
        _filled("subject", sa.String()),
        _filled("route", sa.String()),
        _filled("address", sa.String()),
    )
    op.create_index("audit_by_tenant", "audit", ["tenant", "id"])
    op.create_index("audit_by_time", "audit", ["at"])
    op.create_table(
        "sessions",
        _key("digest", sa.LargeBinary()),
        _filled("created_at", TIME),
        _filled("expires_at", TIME),
        sa.Column("key_digest", sa.LargeBinary()),
        sa.Column("issuer", sa.String()),
        sa.Column("subject", sa.String()),
        sa.Column("name", sa.String()),
        sa.Column("tenant", sa.String()),
        sa.Column("scopes", JSON),
    )
    op.create_table(
        "login_failures",
        _key("subject", sa.String()),
        _filled("failures", sa.Integer()),
        _filled("failed_at", TIME),
    )
    op.create_index("login_failures_by_time", "login_failures", ["failed_at"])


def _create_headcounts() -> None:
    op.create_table(
        "headcounts",
        _key("source", sa.String()),
        _filled("tenant", sa.String()),
        _filled("tags", JSON),
        _filled("dimensions", JSON),
        _filled("detection", sa.String()),
        _filled("keeps_times", sa.Boolean()),
        _filled("started_at", TIME),
        sa.Column("job_id", ID),
        sa.Column("day", sa.String()),
        sa.Column("token", sa.String()),
        sa.Column("leased_until", TIME),
        sa.Column("stopping_at", TIME),
        _filled("writes", sa.Integer()),
        sa.Column("problem", sa.String()),
    )
    op.create_index("ix_headcounts_job_id", "headcounts", ["job_id"])


def _create_playlists() -> None:
    op.create_table(
        "playlists",
        sa.Column("id", ID, primary_key=True),
        _filled("tenant", sa.String()),
        _filled("name", sa.String()),
        _filled("created_at", TIME),
        sa.Column("replaced_at", TIME),
        _filled("jobs", JSON),
        sa.Column("tag", sa.String()),
        sa.Column("source", sa.String()),
        _filled("time_zone", sa.String()),
        sa.Column("dimension", sa.String()),
        _filled("screens", JSON),
        _filled("contents", JSON),
        _filled("spot_count", sa.Integer()),
        _filled("first_at", TIME),
        _filled("last_at", TIME),
        _filled("spots", sa.LargeBinary()),
        sa.UniqueConstraint("tenant", "name", name="playlists_by_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sightings",
        sa.Column("id", ID, primary_key=True),
        _references("jobs"),
        _filled("dimensions", JSON),
        _filled("first_second", TIME),
        _filled("seconds", sa.LargeBinary()),
        _filled("judged", sa.Boolean()),
        _filled("gender", sa.String()),
        _filled("age", sa.Integer()),
        _filled("female_milli", sa.Integer()),
        _filled("width_years", sa.Integer()),
    )
    op.create_index("sightings_by_job", "sightings", ["job_id"])


def _create_zones() -> None:
    op.create_table(
        "source_zones",
        _key("source", sa.String()),
        _filled("tenant", sa.String()),
        _filled("zones", JSON),
        _filled("changed_at", TIME),
    )
    op.create_table(
        "job_zones",
        _references("jobs", primary_key=True),
        _filled("zones", JSON),
        _filled("changed_at", TIME),
    )
    op.create_table(
        "zone_totals",
        _references("jobs", primary_key=True),
        _key("grain", sa.String()),
        _key("unit", sa.String()),
        _key("zone", sa.String()),
        _key("dimension_set", sa.String()),
        _key("period", sa.String()),
        _filled("totals", sa.LargeBinary()),
    )


def _create_processes() -> None:
    op.create_table(
        "processes",
        _key("name", sa.String()),
        _filled("role", sa.String()),
        _filled("slots", sa.Integer()),
        _filled("packs", JSON),
        _filled("gauges", JSON),
        _filled("started_at", TIME),
        _filled("seen_at", TIME),
    )


def _create_counters() -> None:
    op.create_table(
        "counters",
        _key("name", sa.String()),
        _key("labels", sa.String()),
        _key("shard", sa.Integer()),
        _filled("value", sa.Double()),
        postgresql_with={"fillfactor": 50},
    )


def _create_webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", ID, primary_key=True),
        _filled("tenant", sa.String()),
        _filled("url", sa.String()),
        _filled("secret", sa.String()),
        _filled("events", JSON),
        _filled("created_at", TIME),
        sa.Column("disabled_at", TIME),
    )
    op.create_index("ix_webhooks_tenant", "webhooks", ["tenant"])
    op.create_table(
        "messages",
        sa.Column("id", ID, primary_key=True),
        _references("webhooks"),
        _filled("name", sa.String()),
        _filled("event", sa.String()),
        sa.Column("job_id", ID),
        _filled("body", sa.String()),
        _filled("state", sa.String()),
        _filled("attempts", sa.Integer()),
        _filled("created_at", TIME),
        _filled("next_at", TIME),
        sa.Column("delivered_at", TIME),
    )
    _create_partial_index("messages_due", "messages", ["next_at"], "state = 'waiting'")
    _create_partial_index("messages_waiting", "messages", ["created_at"], "state = 'waiting'")
    op.create_index("messages_by_webhook", "messages", ["webhook_id", "id"])
    op.create_table(
        "attempts",
        _references("messages", primary_key=True),
        _key("number", sa.Integer()),
        _filled("at", TIME),
        _filled("milliseconds", sa.Integer()),
        sa.Column("status", sa.Integer()),
        sa.Column("error", sa.String()),
    )


def _create_deliveries() -> None:
    op.create_table(
        "destinations",
        _references("jobs", primary_key=True),
        _filled("uri", sa.String()),
        _filled("last_delivery", sa.Integer()),
        sa.Column("claimed_until", TIME),
        _filled("failures", sa.Integer()),
        sa.Column("error", sa.String()),
        _filled("is_complete", sa.Boolean()),
    )
    op.create_table(
        "deliveries",
        _references("jobs", primary_key=True),
        _key("number", sa.Integer()),
        _filled("day", sa.String()),
        _filled("spans", JSON),
        _filled("items", sa.Integer()),
        _filled("faces", sa.Integer()),
        _filled("size_bytes", sa.BigInteger()),
        sa.Column("written_at", TIME),
    )


def _key(name: str, kind: TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True)


def _filled(name: str, kind: TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _references(table: str, *, primary_key: bool = False) -> sa.Column[int]:
    name = f"{table.removesuffix('s')}_id"
    target = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(name, ID, target, primary_key=primary_key, nullable=False)


def _create_partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, postgresql_where=where, sqlite_where=where)
