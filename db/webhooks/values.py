"""Values of webhooks: what they are told, and how that went."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Event(StrEnum):
    """What a webhook is told."""

    COMPLETED = "job.completed"  # every item is done
    COMPLETED_WITH_ERRORS = "job.completed_with_errors"  # some items failed
    FAILED = "job.failed"  # every item failed
    CANCELLED = "job.cancelled"  # it was cancelled, or erased before its end
    PAUSED = "job.paused"  # it waits for a person
    PROGRESS = "job.progress"  # a quarter, half or three quarters of its items ended
    ERASED = "job.erased"  # nothing of it is left
    TEST = "webhook.test"  # someone asked for a test


class MessageState(StrEnum):
    """The state of a message."""

    WAITING = "waiting"  # to be sent, for the first time or again
    DELIVERED = "delivered"  # its receiver took it
    GIVEN_UP = "given_up"  # refused too often, or its receiver is gone


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told what happens; without `events`, everything."""

    id: int
    tenant: str
    url: str
    events: tuple[Event, ...]
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class DueMessage:
    """A message to send now, as attempt `attempt`, from 1."""

    id: int
    webhook_id: int
    name: str
    url: str
    secret: str
    body: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt to deliver a message ended: the status of its answer, or an error."""

    milliseconds: int
    status: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An attempt in the log of a message."""

    number: int
    at: datetime
    milliseconds: int
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its attempts, the last one first."""

    id: int
    name: str
    event: Event
    job_id: int | None
    state: MessageState
    created_at: datetime
    next_at: datetime | None  # of the next attempt
    delivered_at: datetime | None
    attempts: tuple[PastAttempt, ...]
