"""Calls about webhooks: who is told what happens to jobs."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from facetally.answers.webhooks import MadeWebhook, Message, Webhook
from facetally.connection import Connection, Parameters

MESSAGES_PER_PAGE = 100
JSON = {"Content-Type": "application/json"}


class WebhookCalls:
    """Makes, lists, tests and removes webhooks."""

    _connection: Connection

    def webhooks(self) -> tuple[Webhook, ...]:
        """The webhooks, the newest first; needs a key with the scope admin."""
        return self._connection.parse(_WebhookList, self._connection.get("/v1/webhooks")).webhooks

    def create_webhook(self, url: str, events: Sequence[str] = ()) -> MadeWebhook:
        """Have an address told what happens to jobs; without `events`, everything."""
        content = json.dumps({"url": url, "events": list(events)}).encode()
        made = self._connection.send("/v1/webhooks", content, JSON)
        return self._connection.parse(MadeWebhook, made)

    def remove_webhook(self, webhook_id: int) -> Webhook:
        """Remove a webhook with its messages."""
        removed = self._connection.call("DELETE", f"/v1/webhooks/{webhook_id}")
        return self._connection.parse(Webhook, removed)

    def test_webhook(self, webhook_id: int) -> int:
        """Send a test message; returns its number."""
        sent = self._connection.call("POST", f"/v1/webhooks/{webhook_id}/test")
        return self._connection.parse(_QueuedMessage, sent).message_id

    def webhook_messages(self, webhook_id: int) -> Iterator[Message]:
        """The messages of a webhook with all attempts, the newest first."""
        cursor: int | None = None
        while True:
            of_page: Parameters = {"limit": MESSAGES_PER_PAGE, "cursor": cursor}
            data = self._connection.get(f"/v1/webhooks/{webhook_id}/messages", of_page)
            page = self._connection.parse(_MessagePage, data)
            yield from page.messages
            cursor = page.next_cursor
            if cursor is None:
                return

    def resend_message(self, message_id: int) -> int:
        """Send a message again; returns its number."""
        sent = self._connection.call("POST", f"/v1/messages/{message_id}/resend")
        return self._connection.parse(_QueuedMessage, sent).message_id


@dataclass(frozen=True, slots=True)
class _WebhookList:
    webhooks: tuple[Webhook, ...]


@dataclass(frozen=True, slots=True)
class _MessagePage:
    messages: tuple[Message, ...]
    next_cursor: int | None


@dataclass(frozen=True, slots=True)
class _QueuedMessage:
    message_id: int
