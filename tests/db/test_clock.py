"""The clock of the database on both kinds of it."""

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import select

from db.clock import DatabaseTime
from db.engine import Database
from db.tables.jobs import JobRow


def test_the_clock_of_the_database_is_in_utc(database: Database) -> None:
    with database.read() as session:
        now, later = session.execute(select(DatabaseTime(), DatabaseTime(90))).one()
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)
    assert timedelta(seconds=89) < later - now < timedelta(seconds=91)


def test_a_time_is_the_same_in_any_time_zone(database: Database) -> None:
    tokyo = datetime(2026, 1, 1, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    with database.write() as session:
        session.add(JobRow(state="draft", created_at=tokyo))
    with database.read() as session:
        assert session.scalars(select(JobRow.created_at)).one() == tokyo
        assert session.scalars(select(JobRow.id).where(JobRow.created_at < DatabaseTime())).all()
