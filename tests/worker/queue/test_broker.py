"""Only hints travel through the queue, each to its lane; a broken broker loses nothing."""

from datetime import UTC, datetime
from threading import Event

import pytest
from kombu import Connection
from redis import Redis

from db.access.audit import read_entries
from db.access.audit_values import Action
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.jobs.erasure import erase_job
from db.processes import count_slots, record_heartbeat, remove_process
from db.reach import Reach
from db.states import JobState, ProcessRole
from db.submissions.drafts import accept_job
from db.tables.jobs import JobRow
from tests.support.work.jobs import status, submit, work_all
from worker.dispatcher.dispatcher import Dispatcher
from worker.queue.broker import ANALYZE, BULK_QUEUE, INTERACTIVE_QUEUE, create_queue
from worker.queue.hints import SMALLEST_WINDOW, HintWindow
from worker.sources.store import Store

NOBODY = "redis://127.0.0.1:1/0"


def length(redis_url: str, queue: str) -> int:
    with Redis.from_url(redis_url) as client:
        return int(client.llen(queue))


def empty(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        client.flushall()


def test_each_message_goes_to_its_own_queue(redis_url: str) -> None:
    empty(redis_url)
    with create_queue(redis_url) as queue:
        queue.send_task(ANALYZE, args=["x"], queue=INTERACTIVE_QUEUE)
    assert (length(redis_url, INTERACTIVE_QUEUE), length(redis_url, BULK_QUEUE)) == (1, 0)


def test_a_large_job_sends_no_more_hints_than_the_window_holds(
    database: Database, redis_url: str
) -> None:
    empty(redis_url)
    submit(database, items=500, chunk_items=1)
    with create_queue(redis_url) as queue:
        for _ in range(3):
            HintWindow(database, queue, resend_seconds=30).fill()
    assert length(redis_url, BULK_QUEUE) == SMALLEST_WINDOW


def test_the_window_grows_with_the_fleet(database: Database, redis_url: str) -> None:
    empty(redis_url)
    submit(database, items=500, chunk_items=1)
    with database.write() as session:
        record_heartbeat(session, "worker@one", ProcessRole.BULK, 20)
    with create_queue(redis_url) as queue:
        assert HintWindow(database, queue, resend_seconds=30).fill() == 40


def test_hints_that_could_not_be_sent_are_sent_when_the_broker_is_back(
    database: Database, redis_url: str
) -> None:
    empty(redis_url)
    submit(database, items=3, chunk_items=1)
    with create_queue(NOBODY) as unavailable:
        assert HintWindow(database, unavailable, resend_seconds=30).fill() == 0
    with create_queue(redis_url) as back:
        assert HintWindow(database, back, resend_seconds=30).fill() == 3


def test_the_loss_of_the_broker_is_logged_once(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with create_queue(NOBODY) as unavailable:
        window = HintWindow(database, unavailable, resend_seconds=30)
        assert [window.fill() for _ in range(3)] == [0, 0, 0]
    assert [record.message for record in caplog.records] == ["broker is unavailable"]


def test_the_address_of_a_socket_is_that_of_redis_clients() -> None:
    with create_queue("unix:///run/valkey.sock") as queue:
        connection: Connection = queue.connection()
        assert connection.as_uri().startswith("redis+socket:///run/valkey.sock")


def test_the_dispatcher_sends_heartbeats_and_removes_its_row_at_its_end(
    database: Database, redis_url: str
) -> None:
    stopped = Event()
    with create_queue(redis_url) as queue:
        dispatcher = Dispatcher(database, queue, Store("memory://store"), resend_seconds=30)
        dispatcher.take_turn()
        with database.read() as session:
            assert count_slots(session, ProcessRole.DISPATCHER) == 1
        stopped.set()
        dispatcher.run(stopped)
    with database.read() as session:
        assert count_slots(session, ProcessRole.DISPATCHER) == 0


class BrokenStore(Store):
    """Fails at every removal."""

    def remove_folder(self, folder: str) -> None:
        raise OSError("the store is unavailable")


def test_a_step_that_fails_does_not_stop_the_others(database: Database, redis_url: str) -> None:
    erased = submit(database, items=1)
    with database.write() as session:
        erase_job(session, erased)
        session.get_one(JobRow, erased).store_folders = ["folder"]
    over = submit(database, items=1)
    with create_queue(redis_url) as queue:
        dispatcher = Dispatcher(database, queue, BrokenStore("memory://store"), resend_seconds=30)
        work_all(database)
        dispatcher.take_turn()
    assert status(database, over).state is JobState.COMPLETED
    assert status(database, erased).erased.erased_at is None


def test_an_expired_job_is_erased_and_noted(database: Database, redis_url: str) -> None:
    job = NewJob(expires_at=datetime(2020, 1, 1, tzinfo=UTC), tenant="acme")
    with database.write() as session:
        job_id = accept_job(session, job, [NewItem("a", "file:///a")], 1)
    with create_queue(redis_url) as queue:
        Dispatcher(database, queue, Store("memory://store"), resend_seconds=30).take_turn()
    receipt = status(database, job_id).erased
    assert receipt.items == 1
    assert receipt.erased_at is not None
    with database.read() as session:
        [entry] = read_entries(session, Reach("acme"), limit=9)
    assert (entry.action, entry.subject) == (Action.EXPIRE, f"job {job_id}")


def test_a_process_that_ended_is_not_counted(database: Database) -> None:
    with database.write() as session:
        record_heartbeat(session, "worker@one", ProcessRole.BULK, 2)
        record_heartbeat(session, "worker@one", ProcessRole.BULK, 3)
        assert count_slots(session, ProcessRole.BULK) == 3
        remove_process(session, "worker@one")
        assert count_slots(session, ProcessRole.BULK) == 0


def test_hints_that_no_worker_takes_do_not_pile_up(database: Database, redis_url: str) -> None:
    empty(redis_url)
    submit(database, items=500, chunk_items=1)
    with create_queue(redis_url) as queue:
        sent = [HintWindow(database, queue, resend_seconds=-1).fill() for _ in range(3)]
    assert sent == [SMALLEST_WINDOW, 0, 0]
    assert length(redis_url, BULK_QUEUE) == SMALLEST_WINDOW
