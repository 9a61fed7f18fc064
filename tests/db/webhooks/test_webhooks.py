"""Webhooks are told what happens to the jobs of their tenant, in the same transaction."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import update

from db.clock import DatabaseTime
from db.engine import Database
from db.jobs.announcing import announce_step, read_reached_steps
from db.jobs.due_work import Due, read_due_work
from db.jobs.erasure import erase_job, finish_erasure, remove_erased
from db.jobs.pausing import pause_job
from db.reach import EVERYONE, Reach
from db.tables.webhooks import MessageRow
from db.webhooks.messages import (
    PAUSES_SECONDS,
    prune_messages,
    read_messages,
    read_oldest_waiting_seconds,
    record_attempt,
    resend_message,
    take_due_messages,
)
from db.webhooks.values import Attempt, DueMessage, Event, Message, MessageState
from db.webhooks.webhooks import announce_test, create_webhook, read_webhooks, remove_webhook
from tests.support.work.jobs import cancel, claim_next, close, record, results_of, submit, work_all

URL = "https://example.com/hook"


def listen(database: Database, *events: Event, tenant: str = "default") -> int:
    with database.write() as session:
        return create_webhook(session, tenant, URL, events)[1].id


def told(database: Database, webhook_id: int) -> list[Message]:
    with database.read() as session:
        return read_messages(session, webhook_id)[::-1]


def take(database: Database, most: int = 8) -> list[DueMessage]:
    with database.write() as session:
        session.execute(update(MessageRow).values(next_at=DatabaseTime(-1)))
        return take_due_messages(session, most)


def finish(database: Database, due: DueMessage, attempt: Attempt) -> MessageState:
    with database.write() as session:
        return record_attempt(session, due, attempt)


def test_the_end_of_a_job_is_told_with_its_counts(database: Database) -> None:
    webhook = listen(database)
    job_id = submit(database, items=2)
    work_all(database, fail=["0.jpg"])
    close(database)
    [message] = told(database, webhook)
    assert (message.event, message.job_id) == (Event.COMPLETED_WITH_ERRORS, job_id)
    [due] = take(database)
    body = json.loads(due.body)
    assert body["type"] == "job.completed_with_errors"
    assert body["data"]["state"] == "completed_with_errors"
    counts = {"items": 2, "done": 1, "failed": 1, "cancelled": 0, "faces": 0}
    assert body["data"]["counts"] == counts


def test_every_other_thing_that_happens_is_told_once(database: Database) -> None:
    webhook = listen(database)
    paused = submit(database, items=4, chunk_items=1)
    chunk = claim_next(database)
    record(database, chunk, results_of(chunk, fail=["0.jpg"]))
    for _ in range(2):
        with database.write() as session:
            for job_id, step in read_reached_steps(session):
                announce_step(session, job_id, step)
    with database.write() as session:
        assert pause_job(session, paused)
    cancel(database, paused)
    close(database)
    with database.write() as session:
        erase_job(session, paused)
        assert remove_erased(session, paused)
    live = submit(database)
    with database.write() as session:
        erase_job(session, live)
    assert [one.event for one in told(database, webhook)] == [
        Event.PROGRESS,
        Event.PAUSED,
        Event.CANCELLED,
        Event.CANCELLED,
    ]


def test_the_end_of_an_erasure_is_told(database: Database) -> None:
    webhook = listen(database, Event.ERASED)
    job_id = submit(database)
    with database.write() as session:
        erase_job(session, job_id)
        assert remove_erased(session, job_id)
        assert finish_erasure(session, job_id)
    [message] = told(database, webhook)
    assert message.event is Event.ERASED


def test_only_the_tenant_is_told_and_only_what_it_asked_for(database: Database) -> None:
    foreign, picky = listen(database, tenant="other"), listen(database, Event.FAILED)
    submit(database)
    work_all(database)
    close(database)
    assert told(database, foreign) == told(database, picky) == []
    with database.read() as session:
        assert [one.id for one in read_webhooks(session, Reach("other"))] == [foreign]
        assert [one.id for one in read_webhooks(session, EVERYONE)] == [picky, foreign]


def test_what_is_rolled_back_is_not_told(database: Database) -> None:
    webhook = listen(database)
    with pytest.raises(ZeroDivisionError):
        announce_and_fail(database, webhook)
    assert told(database, webhook) == []


def announce_and_fail(database: Database, webhook_id: int) -> None:
    with database.write() as session:
        announce_test(session, webhook_id)
        raise ZeroDivisionError


def test_a_message_is_tried_again_with_longer_pauses_and_then_given_up(
    database: Database,
) -> None:
    webhook = listen(database)
    with database.write() as session:
        announce_test(session, webhook)
    for number in range(1, len(PAUSES_SECONDS) + 1):
        [due] = take(database)
        assert due.attempt == number
        assert finish(database, due, Attempt(5, status=500)) is MessageState.WAITING
        with database.read() as session:
            assert Due.MESSAGES not in read_due_work(session)
    [due] = take(database)
    assert finish(database, due, Attempt(5, error="timeout")) is MessageState.GIVEN_UP
    [message] = told(database, webhook)
    assert len(message.attempts) == len(PAUSES_SECONDS) + 1
    assert (message.attempts[0].error, message.next_at) == ("timeout", None)


def test_a_message_is_taken_by_one_sender_and_again_if_that_dies(database: Database) -> None:
    webhook = listen(database)
    with database.write() as session:
        announce_test(session, webhook)
    with database.write() as session:
        assert len(take_due_messages(session, 8)) == 1
        assert take_due_messages(session, 8) == []
    assert [due.attempt for due in take(database)] == [2]


def test_a_webhook_gets_one_message_at_a_time(database: Database) -> None:
    first, second = listen(database), listen(database)
    with database.write() as session:
        for webhook in (first, first, second):
            announce_test(session, webhook)
    assert [due.webhook_id for due in take(database)] == [first, second]
    with database.write() as session:
        assert take_due_messages(session, 8, busy=[first, second]) == []
    assert len(take(database, most=1)) == 1


def test_a_receiver_that_is_gone_is_told_nothing_more(database: Database) -> None:
    webhook = listen(database)
    with database.write() as session:
        messages = [announce_test(session, webhook) for _ in range(2)]
    [due] = take(database)
    assert finish(database, due, Attempt(5, status=410)) is MessageState.GIVEN_UP
    assert [one.state for one in told(database, webhook)] == [MessageState.GIVEN_UP] * 2
    submit(database)
    work_all(database)
    close(database)
    assert len(told(database, webhook)) == 2
    with database.write() as session:
        assert not resend_message(session, messages[0])


def test_a_message_is_sent_again_on_request(database: Database) -> None:
    webhook = listen(database)
    with database.write() as session:
        message = announce_test(session, webhook)
    [due] = take(database)
    assert finish(database, due, Attempt(5, status=204)) is MessageState.DELIVERED
    assert take(database) == []
    with database.write() as session:
        assert resend_message(session, message)
        assert not resend_message(session, message + 1)
    [again] = take(database)
    assert again == replace(due, attempt=2)


def test_old_messages_and_those_of_a_removed_webhook_go(database: Database) -> None:
    webhook = listen(database)
    with database.write() as session:
        for _ in range(2):
            announce_test(session, webhook)
        old = update(MessageRow).values(created_at=DatabaseTime(-40 * 86400))
        session.execute(old)
    [due] = take(database)
    finish(database, due, Attempt(5, status=200))
    with database.write() as session:
        prune_messages(session)
    assert [one.state for one in told(database, webhook)] == [MessageState.WAITING]
    with database.write() as session:
        assert remove_webhook(session, webhook)
        assert not remove_webhook(session, webhook)
    assert finish(database, due, Attempt(5, status=200)) is MessageState.GIVEN_UP


def test_the_oldest_message_that_waits_is_the_one_nobody_took(database: Database) -> None:
    webhook = listen(database)
    with database.write() as session:
        for _ in range(2):
            announce_test(session, webhook)
    with database.write() as session:
        assert read_oldest_waiting_seconds(session) < 60
        session.execute(update(MessageRow).values(created_at=DatabaseTime(-7200)))
        assert 7200 <= read_oldest_waiting_seconds(session) < 7260
    for _ in range(2):
        [due] = take(database)
        finish(database, due, Attempt(milliseconds=1, status=204))
    with database.read() as session:
        assert read_oldest_waiting_seconds(session) == 0
