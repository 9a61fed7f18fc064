"""Sessions end by themselves, and failures are forgotten."""

import pytest
from sqlalchemy import func, select, update

from db.access.key_values import Person, Scope
from db.access.logins import (
    FORGOTTEN_SECONDS,
    FREE_FAILURES,
    LONGEST_PAUSE_SECONDS,
    close_session,
    note_failure,
    open_session,
    read_pause_seconds,
    read_session,
)
from db.clock import DatabaseTime
from db.engine import Database
from db.reach import EVERYONE
from db.tables.access import LoginFailureRow, SessionRow


def test_a_session_lasts_until_it_is_closed_or_old(database: Database) -> None:
    with database.write() as session:
        open_session(session, b"one", b"key")
        open_session(session, b"two", b"key")
        open_session(session, b"three", b"key")
        close_session(session, b"one")
        old = update(SessionRow).where(SessionRow.digest == b"two")
        session.execute(old.values(expires_at=DatabaseTime(-1)))
    with database.write() as session:
        found = [read_session(session, digest) for digest in (b"one", b"two", b"three", b"none")]
        assert found == [None, None, b"key", None]
        open_session(session, b"four", b"key")
        assert session.scalar(select(func.count()).select_from(SessionRow)) == 2


def test_the_session_of_a_person_says_who_it_is(database: Database) -> None:
    anna = Person("https://id.example", "7", "anna (7)", EVERYONE, frozenset({Scope.READ}))
    with database.write() as session:
        open_session(session, b"one", anna, 3600)
        open_session(session, b"two", anna, -1)
    with database.read() as session:
        assert read_session(session, b"one") == anna
        assert read_session(session, b"two") is None


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (FREE_FAILURES - 1, 0), (FREE_FAILURES, 1), (FREE_FAILURES + 3, 8), (99, 900)],
)
def test_each_failure_doubles_the_pause(database: Database, failures: int, seconds: int) -> None:
    with database.write() as session:
        for _ in range(failures):
            note_failure(session, "a")
        session.flush()
        pause = read_pause_seconds(session, "a")
        shorter = read_pause_seconds(session, "a", 4)
    assert max(seconds - 1, 0) <= pause <= seconds <= LONGEST_PAUSE_SECONDS
    assert shorter <= 4


def test_failures_are_forgotten_after_a_day(database: Database) -> None:
    with database.write() as session:
        note_failure(session, "a")
        session.flush()
        session.execute(
            update(LoginFailureRow).values(failed_at=DatabaseTime(-FORGOTTEN_SECONDS - 1))
        )
        note_failure(session, "b")
        assert list(session.scalars(select(LoginFailureRow.subject))) == ["b"]
