"""Messages to webhooks: taken to be sent, and what became of each attempt."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from db.clock import DatabaseTime, read_time
from db.counters import Counter, count
from db.tables.webhooks import AttemptRow, MessageRow, WebhookRow
from db.webhooks.values import Attempt, DueMessage, Event, Message, MessageState, PastAttempt

# If the sender dies, another one sends the message after this time.
SENDING_SECONDS = 60.0
# What the specification recommends: from seconds to a day, three days in all.
PAUSES_SECONDS = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 50400.0, 72000.0, 86400.0)
GONE = 410
KEPT_SECONDS = 30 * 86400.0
DUE_AT_ONCE = 200


def select_due_messages() -> Select[int]:
    """The messages to send now, as a query."""
    due = (MessageRow.state == MessageState.WAITING, MessageRow.next_at <= DatabaseTime())
    return select(MessageRow.id).where(*due)


def take_due_messages(session: Session, most: int, busy: Collection[int] = ()) -> list[DueMessage]:
    """Up to `most` messages to send now, one for each webhook, and none for those in `busy`.

    Nobody else takes them for a minute.
    """
    query = (
        select(MessageRow, WebhookRow)
        .join(WebhookRow)
        .where(
            MessageRow.state == MessageState.WAITING,
            MessageRow.next_at <= DatabaseTime(),
            MessageRow.webhook_id.not_in(busy),
        )
        .order_by(MessageRow.next_at)
        .limit(DUE_AT_ONCE)
        .with_for_update(skip_locked=True, of=MessageRow)
    )
    taken: dict[int, DueMessage] = {}
    for row, webhook in session.execute(query):
        if row.webhook_id not in taken and len(taken) < most:
            taken[row.webhook_id] = _take(session, row, webhook)
    return list(taken.values())


def _take(session: Session, row: MessageRow, webhook: WebhookRow) -> DueMessage:
    due = DueMessage(
        row.id, webhook.id, row.name, webhook.url, webhook.secret, row.body, row.attempts + 1
    )
    values = {"attempts": due.attempt, "next_at": DatabaseTime(SENDING_SECONDS)}
    session.execute(update(MessageRow).where(MessageRow.id == row.id).values(values))
    return due


def record_attempt(session: Session, due: DueMessage, attempt: Attempt) -> MessageState:
    """Note how an attempt ended, and decide whether there is another one.

    Any status from 200 to 299 is a delivery. 410 disables the webhook: its receiver is gone.
    """
    message = select(MessageRow).where(MessageRow.id == due.id).with_for_update()
    row = session.scalars(message).first()
    if row is None:
        # Removed meanwhile, with its webhook.
        return MessageState.GIVEN_UP
    session.add(
        AttemptRow(
            message_id=due.id,
            number=due.attempt,
            milliseconds=attempt.milliseconds,
            status=attempt.status,
            error=attempt.error,
        )
    )
    state = _decide(due, attempt)
    count(session, Counter.WEBHOOK_ATTEMPTS, state)
    row.state = state
    if state is MessageState.DELIVERED:
        row.delivered_at = DatabaseTime()
    if state is MessageState.WAITING:
        row.next_at = DatabaseTime(PAUSES_SECONDS[due.attempt - 1])
    if attempt.status == GONE:
        _disable(session, due.webhook_id)
    return state


def _decide(due: DueMessage, attempt: Attempt) -> MessageState:
    if attempt.status is not None and 200 <= attempt.status < 300:
        return MessageState.DELIVERED
    is_over = attempt.status == GONE or due.attempt > len(PAUSES_SECONDS)
    return MessageState.GIVEN_UP if is_over else MessageState.WAITING


def _disable(session: Session, webhook_id: int) -> None:
    disabled = update(WebhookRow).where(WebhookRow.id == webhook_id)
    session.execute(disabled.values(disabled_at=DatabaseTime()))
    waiting = (MessageRow.webhook_id == webhook_id, MessageRow.state == MessageState.WAITING)
    session.execute(update(MessageRow).where(*waiting).values(state=MessageState.GIVEN_UP))


def resend_message(session: Session, message_id: int) -> bool:
    """Send a message again now, from the first attempt on; False where there is none, or its
    webhook is disabled."""
    enabled = select(WebhookRow.id).where(WebhookRow.disabled_at.is_(None))
    again = (
        update(MessageRow)
        .where(MessageRow.id == message_id, MessageRow.webhook_id.in_(enabled))
        .values(state=MessageState.WAITING, next_at=DatabaseTime())
        .returning(MessageRow.id)
    )
    return session.execute(again).first() is not None


def read_tenant_of_message(session: Session, message_id: int) -> str | None:
    """Whose message it is, if it exists."""
    query = select(WebhookRow.tenant).join(MessageRow).where(MessageRow.id == message_id)
    return session.scalar(query)


def read_messages(
    session: Session, webhook_id: int, *, before: int | None = None, limit: int = 100
) -> list[Message]:
    """The messages of a webhook, the newest first, a page at a time."""
    query = select(MessageRow).where(MessageRow.webhook_id == webhook_id)
    if before is not None:
        query = query.where(MessageRow.id < before)
    rows = list(session.scalars(query.order_by(MessageRow.id.desc()).limit(limit)))
    attempts = _read_attempts(session, [row.id for row in rows])
    return [_read_row(row, attempts[row.id]) for row in rows]


def _read_attempts(session: Session, message_ids: list[int]) -> dict[int, list[PastAttempt]]:
    query = select(AttemptRow).where(AttemptRow.message_id.in_(message_ids))
    found = defaultdict(list)
    for row in session.scalars(query.order_by(AttemptRow.number.desc())):
        found[row.message_id].append(
            PastAttempt(row.number, row.at, row.milliseconds, row.status, row.error)
        )
    return found


def _read_row(row: MessageRow, attempts: Iterable[PastAttempt]) -> Message:
    return Message(
        id=row.id,
        name=row.name,
        event=Event(row.event),
        job_id=row.job_id,
        state=MessageState(row.state),
        created_at=row.created_at,
        next_at=row.next_at if row.state == MessageState.WAITING else None,
        delivered_at=row.delivered_at,
        attempts=tuple(attempts),
    )


def prune_messages(session: Session) -> None:
    """Remove old messages that no longer wait."""
    old = (
        MessageRow.state != MessageState.WAITING,
        MessageRow.created_at < DatabaseTime(-KEPT_SECONDS),
    )
    session.execute(delete(MessageRow).where(*old))


def read_oldest_waiting_seconds(session: Session) -> float:
    """For how long the message has waited that was made first of those that wait; 0 if none."""
    waiting = MessageRow.state == MessageState.WAITING
    oldest = session.scalar(select(func.min(MessageRow.created_at)).where(waiting))
    if oldest is None:
        return 0.0
    return max(0.0, (read_time(session) - oldest).total_seconds())
