"""The rows of webhooks: where messages go, the messages, and the attempts to deliver them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.clock import DatabaseTime
from db.tables.metadata import BigKey, Json, Table

WAITING = text("state = 'waiting'")


class WebhookRow(Table):
    """An address that is told what happens to the jobs of a tenant."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    tenant: Mapped[str] = mapped_column(index=True)
    url: Mapped[str]
    # It signs each message, so it cannot be kept as a digest.
    secret: Mapped[str]
    # Which events it is told of; all if empty.
    events: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    # When its receiver answered that it is gone.
    disabled_at: Mapped[datetime | None]


class MessageRow(Table):
    """A message to a webhook. `body` is what is sent and signed, byte for byte."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("messages_due", "next_at", postgresql_where=WAITING, sqlite_where=WAITING),
        # For how long the oldest one has waited is asked at each scrape.
        Index("messages_waiting", "created_at", postgresql_where=WAITING, sqlite_where=WAITING),
        Index("messages_by_webhook", "webhook_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey(WebhookRow.id, ondelete="CASCADE"))
    # By which receivers recognize a message that comes again.
    name: Mapped[str]
    event: Mapped[str]
    job_id: Mapped[int | None] = mapped_column(BigKey)
    body: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    next_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    delivered_at: Mapped[datetime | None]


class AttemptRow(Table):
    """An attempt to deliver a message, and how it ended."""

    __tablename__ = "attempts"

    message_id: Mapped[int] = mapped_column(
        ForeignKey(MessageRow.id, ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    milliseconds: Mapped[int]
    # The status of the answer, or why there was none.
    status: Mapped[int | None]
    error: Mapped[str | None]
