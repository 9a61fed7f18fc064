"""One schema and one clock on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from db.clock import DatabaseTime
from db.engine import Database, journal_mode
from db.migrate import migrate
from db.tables import JobRow, Table
from tests.support.jobs import status, submit


def test_the_migrations_build_what_the_tables_say(database: Database) -> None:
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Table.metadata)
    assert differences == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    job_id = submit(database)
    migrate(database)
    assert status(database, job_id).counts.items == 4


def test_the_database_tells_the_time_in_utc(database: Database) -> None:
    with database.read() as session:
        now, later = session.execute(select(DatabaseTime(), DatabaseTime(90))).one()
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)
    assert timedelta(seconds=89) < later - now < timedelta(seconds=91)


def test_a_moment_is_the_same_whatever_zone_it_was_given_in(database: Database) -> None:
    tokyo = datetime(2026, 1, 1, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    with database.write() as session:
        session.add(JobRow(state="draft", created_at=tokyo))
    with database.read() as session:
        assert session.scalars(select(JobRow.created_at)).one() == tokyo
        assert session.scalars(select(JobRow.id).where(JobRow.created_at < DatabaseTime())).all()


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
