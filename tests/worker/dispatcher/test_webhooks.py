"""A receiver that fails, hangs and lies gets each message in the end, with a valid signature."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from db.clock import DatabaseTime
from db.engine import Database
from db.tables.webhooks import MessageRow
from db.webhooks.messages import read_messages
from db.webhooks.values import Message, MessageState
from db.webhooks.webhooks import announce_test, create_webhook, read_webhook
from tests.support.programs.cli import wait_for
from tests.support.servers.receivers import Receiver, break_off, hang, receiving
from tests.support.servers.web import answer
from tests.support.work.jobs import close, submit, work_all
from worker.dispatcher.webhooks import PRIVATE, WebhookRefused, WebhookSender, check_url, sign

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LOCAL = ("localhost",)


def listen(database: Database, receiver: Receiver) -> int:
    with database.write() as session:
        receiver.secret, webhook = create_webhook(session, "default", receiver.url, [])
        return webhook.id


def send_all(database: Database, hosts: tuple[str, ...] = LOCAL, seconds: float = 15.0) -> None:
    """One attempt of each message that waits, whenever it is due."""
    with database.write() as session:
        session.execute(update(MessageRow).values(next_at=DatabaseTime(-1)))
    while True:
        sender = WebhookSender(database, hosts, seconds)
        sent = sender.send_due()
        sender.close()
        if not sent:
            return


def told(database: Database, webhook_id: int) -> list[Message]:
    with database.read() as session:
        return read_messages(session, webhook_id)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


def test_the_signature_is_that_of_the_specification() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    name = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    signature = sign(secret, name, 1614265330, '{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@on_sqlite
def test_a_receiver_that_fails_hangs_and_lies_gets_each_message_in_the_end(
    database: Database,
) -> None:
    bad = (answer(500), break_off, answer(302, Location="/other"), answer(404))
    with receiving(*bad, answer(204)) as receiver:
        webhook = listen(database, receiver)
        submit(database)
        work_all(database)
        close(database)
        for _ in bad:
            send_all(database)
            [message] = told(database, webhook)
            assert message.state is MessageState.WAITING
        send_all(database)
        send_all(database)
    [message] = told(database, webhook)
    assert message.state is MessageState.DELIVERED
    assert [one.status for one in message.attempts] == [204, 404, 302, None, 500]
    assert receiver.refused == 0
    assert receiver.types() == ["job.completed"] * 5
    assert {name for name, _ in receiver.taken} == {message.name}


@on_sqlite
def test_a_receiver_that_hangs_holds_up_only_its_own_messages(
    database: Database, receiver: Receiver
) -> None:
    sender = WebhookSender(database, LOCAL, answer_seconds=300.0)
    with receiving(hang) as stuck:
        hung, sound = listen(database, stuck), listen(database, receiver)
        with database.write() as session:
            for webhook in (hung, hung, sound, sound):
                announce_test(session, webhook)

        def are_delivered() -> bool:
            sender.send_due()
            return {one.state for one in told(database, sound)} == {MessageState.DELIVERED}

        wait_for(are_delivered, "the messages of the other receiver")
    sender.close()
    assert {one.state for one in told(database, hung)} == {MessageState.WAITING}


@on_sqlite
def test_a_receiver_that_hangs_is_given_up(database: Database) -> None:
    with receiving(hang) as stuck:
        webhook = listen(database, stuck)
        with database.write() as session:
            announce_test(session, webhook)
        send_all(database, seconds=0.5)
    [message] = told(database, webhook)
    assert message.state is MessageState.WAITING
    assert message.attempts[0].error == "There was no answer within 0.5 seconds."


@on_sqlite
def test_a_receiver_that_is_gone_is_disabled(database: Database) -> None:
    with receiving(answer(410)) as receiver:
        webhook = listen(database, receiver)
        with database.write() as session:
            announce_test(session, webhook)
        send_all(database)
    with database.read() as session:
        found = read_webhook(session, webhook)
    assert found is not None
    assert found.disabled_at is not None


@on_sqlite
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "127.1", "2130706433"])
def test_a_name_that_leads_into_a_private_network_is_not_called(
    database: Database, receiver: Receiver, name: str
) -> None:
    webhook = listen(database, receiver)
    with database.write() as session:
        url = receiver.url.replace("http://localhost", f"https://{name}")
        session.execute(update(MessageRow.metadata.tables["webhooks"]).values(url=url))
        announce_test(session, webhook)
    send_all(database, hosts=())
    [message] = told(database, webhook)
    assert message.attempts[0].error == PRIVATE
    assert receiver.taken == []
    with database.read() as session:
        assert session.scalar(select(MessageRow.attempts)) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://169.254.169.254/latest",
        "https://localhost/hook",
        "https:///hook",
        "https://user:word@example.com/",
        "ftp://example.com/",
        "s3://bucket/key",
        "hook",
    ],
)
def test_an_address_that_is_not_on_the_internet_is_refused(url: str) -> None:
    with pytest.raises(WebhookRefused):
        check_url(url, ())


def test_a_host_that_the_operator_names_may_be_private_and_without_tls() -> None:
    assert check_url("http://hooks.internal:8080/a", ("hooks.internal",)).port == 8080
    assert check_url("https://example.com/a", ()).host == "example.com"
