"""Webhooks, and the messages that they got."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field

from api.schemas.fields import Number, Strict, Uri
from db.webhooks.values import Event, Message, MessageState, PastAttempt, Webhook


class WebhookPath(BaseModel):
    """A webhook by its number."""

    webhook_id: Number


class MessagePath(BaseModel):
    """A message by its number."""

    message_id: Number


class WebhookBody(Strict):
    """A webhook to make. Without `events` it is told everything."""

    url: Uri
    events: Annotated[list[Event], Field(max_length=len(Event))] = Field(default=[])


class WebhookOut(BaseModel):
    """A webhook as it is known. `disabled_at` is when its receiver answered 410."""

    id: int
    tenant: str
    url: str
    events: list[Event]
    created_at: datetime
    disabled_at: datetime | None

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        return cls(
            id=webhook.id,
            tenant=webhook.tenant,
            url=webhook.url,
            events=list(webhook.events),
            created_at=webhook.created_at,
            disabled_at=webhook.disabled_at,
        )


class MadeWebhookOut(WebhookOut):
    """A webhook that was just made, with the `secret` of its signatures, which is shown this
    once."""

    secret: str


class WebhooksOut(BaseModel):
    """Every webhook, the newest first."""

    webhooks: list[WebhookOut]

    @classmethod
    def of(cls, webhooks: Iterable[Webhook]) -> Self:
        return cls(webhooks=[WebhookOut.of(one) for one in webhooks])


class MessageOut(BaseModel):
    """A message with its attempts, the last one first. `name` is its `webhook-id`."""

    id: int
    name: str
    event: Event
    job_id: int | None
    state: MessageState
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    attempts: list[PastAttempt]

    @classmethod
    def of(cls, message: Message) -> Self:
        return cls(
            id=message.id,
            name=message.name,
            event=message.event,
            job_id=message.job_id,
            state=message.state,
            created_at=message.created_at,
            next_at=message.next_at,
            delivered_at=message.delivered_at,
            attempts=list(message.attempts),
        )


class MessagesQuery(Strict):
    """A page of messages. `cursor` is the `next_cursor` of the previous page."""

    limit: int = Field(100, ge=1, le=1000)
    cursor: Number | None = None


class MessagesOut(BaseModel):
    """A page of messages, the newest first."""

    messages: list[MessageOut]
    next_cursor: int | None

    @classmethod
    def of(cls, messages: Sequence[Message], limit: int) -> Self:
        is_full = len(messages) == limit
        return cls(
            messages=[MessageOut.of(one) for one in messages],
            next_cursor=messages[-1].id if is_full else None,
        )


class QueuedMessageOut(BaseModel):
    """A message that is being sent."""

    message_id: int
