"""Webhooks of a server, and the messages that they got."""

from dataclasses import dataclass
from datetime import datetime

# What a webhook can be told.
EVENTS = (
    "job.completed", "job.completed_with_errors", "job.failed", "job.cancelled", "job.paused",
    "job.progress", "job.erased", "webhook.test",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told what happens to the jobs of a tenant; without `events`, everything.
    `disabled_at` is when its receiver answered that it is gone."""

    id: int
    tenant: str
    url: str
    events: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class MadeWebhook(Webhook):
    """A webhook that was just made. `secret` checks signatures; the server shows it this once."""

    secret: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to deliver a message: the status of the answer, or why there was none."""

    number: int
    at: datetime
    milliseconds: int
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its attempts, the last one first. `state` is waiting, delivered or given_up;
    `name` is what its receiver gets as webhook-id."""

    id: int
    name: str
    event: str
    job_id: int | None
    state: str
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    attempts: tuple[Attempt, ...]
