"""A service that is away leaves a line when it goes and one when it is back, not one a try."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import IntegrityError

from db.engine import Database
from worker.dispatcher.dispatcher import Dispatcher
from worker.outages import OutageLog
from worker.queue.broker import create_queue
from worker.sources.store import Store


def test_only_the_first_of_many_losses_is_told(caplog: pytest.LogCaptureFixture) -> None:
    outages = OutageLog("database")
    for _ in range(100):
        outages.note_loss("connection refused\nIs the server running?")
    outages.note_return()
    outages.note_return()
    gone, back = caplog.records
    assert (gone.message, gone.error) == ("database is unavailable", "connection refused")
    assert back.message == "database is available again"


def test_a_long_outage_is_told_again_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    outages = OutageLog("database", reminder_seconds=0)
    outages.note_loss("refused")
    outages.note_loss("refused")
    assert [one.message for one in caplog.records] == [
        "database is unavailable",
        "database is still unavailable",
    ]


def test_a_database_that_refuses_a_change_is_not_away(caplog: pytest.LogCaptureFixture) -> None:
    assert not OutageLog("database").note_refusal(IntegrityError("", {}, Exception("duplicate")))
    assert [one.message for one in caplog.records] == ["database refused a change"]


def test_a_database_that_goes_and_comes_back_leaves_two_lines(
    migrated_postgresql: str, redis_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = make_url(migrated_postgresql)
    # The server is reached by a socket in a folder; so it is away while that has another name.
    folder = tmp_path / "socket"
    away = url.update_query_dict({"host": str(folder)}).render_as_string(hide_password=False)
    with closing(Database(away)) as database, create_queue(redis_url) as queue:
        dispatcher = Dispatcher(database, queue, Store("memory://store"), resend_seconds=30)
        for _ in range(3):
            dispatcher.take_turn()
        folder.symlink_to(str(url.query["host"]))
        for _ in range(3):
            dispatcher.take_turn()
    assert [one.message for one in caplog.records] == [
        "database is unavailable",
        "database is available again",
    ]
