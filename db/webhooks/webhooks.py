"""Webhooks: made, listed, removed, and told what happens to jobs.

A message is a row that is inserted by the transaction of what it tells: none is lost.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from secrets import token_bytes, token_hex

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.clock import read_time
from db.reach import Reach
from db.tables.webhooks import MessageRow, WebhookRow
from db.webhooks.values import Event, MessageState, Webhook

# As the Standard Webhooks specification has it: https://www.standardwebhooks.com
SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32


def create_webhook(
    session: Session, tenant: str, url: str, events: Sequence[Event]
) -> tuple[str, Webhook]:
    """A new webhook, and the secret by which its receiver checks signatures."""
    secret = SECRET_PREFIX + b64encode(token_bytes(SECRET_BYTES)).decode()
    row = WebhookRow(tenant=tenant, url=url, secret=secret, events=sorted(events))
    session.add(row)
    session.flush()
    session.refresh(row)
    return secret, _read_row(row)


def count_webhooks(session: Session, tenant: str) -> int:
    query = select(func.count()).where(WebhookRow.tenant == tenant)
    return session.execute(query).scalar_one()


def read_webhooks(session: Session, reach: Reach) -> list[Webhook]:
    """The webhooks of a tenant, or all of them, the newest first."""
    query = select(WebhookRow).where(*reach.match(WebhookRow.tenant))
    return [_read_row(row) for row in session.scalars(query.order_by(WebhookRow.id.desc()))]


def read_webhook(session: Session, webhook_id: int) -> Webhook | None:
    row = session.get(WebhookRow, webhook_id)
    return None if row is None else _read_row(row)


def read_tenant_of_webhook(session: Session, webhook_id: int) -> str | None:
    """Whose webhook it is, if it exists."""
    return session.scalar(select(WebhookRow.tenant).where(WebhookRow.id == webhook_id))


def remove_webhook(session: Session, webhook_id: int) -> bool:
    """Remove a webhook with its messages; False where there is none."""
    removed = delete(WebhookRow).where(WebhookRow.id == webhook_id).returning(WebhookRow.id)
    return session.execute(removed).first() is not None


def has_listener(session: Session, tenant: str, event: Event) -> bool:
    """Whether any webhook of a tenant is told of this."""
    return bool(_find_listeners(session, tenant, event))


def announce(
    session: Session, tenant: str, event: Event, data: Mapping[str, object], job_id: int
) -> None:
    """Tell it to the webhooks of a tenant that want to know."""
    for webhook_id in _find_listeners(session, tenant, event):
        _add_message(session, webhook_id, event, data, job_id)


def announce_test(session: Session, webhook_id: int) -> int:
    """A message that tells nothing; returns its number."""
    return _add_message(session, webhook_id, Event.TEST, {"webhook_id": webhook_id}, None)


def _find_listeners(session: Session, tenant: str, event: Event) -> list[int]:
    query = select(WebhookRow.id, WebhookRow.events).where(
        WebhookRow.tenant == tenant, WebhookRow.disabled_at.is_(None)
    )
    rows = session.execute(query.order_by(WebhookRow.id))
    return [webhook_id for webhook_id, events in rows if not events or event in events]


def _add_message(
    session: Session,
    webhook_id: int,
    event: Event,
    data: Mapping[str, object],
    job_id: int | None,
) -> int:
    at = read_time(session).isoformat()
    row = MessageRow(
        webhook_id=webhook_id,
        name=f"msg_{token_hex(16)}",
        event=event,
        job_id=job_id,
        body=json.dumps({"type": event, "timestamp": at, "data": data}),
        state=MessageState.WAITING,
    )
    session.add(row)
    session.flush()
    return row.id


def _read_row(row: WebhookRow) -> Webhook:
    return Webhook(
        row.id,
        row.tenant,
        row.url,
        tuple(map(Event, row.events)),
        row.created_at,
        row.disabled_at,
    )
