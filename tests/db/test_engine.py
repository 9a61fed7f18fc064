"""Connections, transactions and migrations on both kinds of database."""

import pytest
from sqlalchemy import select

from db.engine import Database, journal_mode
from db.migrate import migrate
from db.tables.jobs import JobRow
from tests.support.work.jobs import status, submit


def test_migrating_twice_changes_nothing(database: Database) -> None:
    job_id = submit(database)
    migrate(database)
    assert status(database, job_id).counts.items == 4


def test_a_block_that_raises_writes_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        _write_and_raise(database)
    with database.read() as session:
        assert session.scalars(select(JobRow)).all() == []


def _write_and_raise(database: Database) -> None:
    with database.write() as session:
        session.add(JobRow(state="draft"))
        session.flush()
        raise RuntimeError


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 44, 5), "TRUNCATE"),
        ((3, 44, 6), "WAL"),
        ((3, 45, 0), "TRUNCATE"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 60, 0), "WAL"),
    ],
)
def test_wal_is_used_only_where_it_is_safe(version: tuple[int, int, int], mode: str) -> None:
    assert journal_mode(version) == mode
