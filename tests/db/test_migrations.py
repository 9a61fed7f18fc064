"""What an older release has stored is carried forward."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from db.engine import Database
from db.migrate import migrate
from db.results.reading import ResultFilter, read_results
from db.states import JobState
from db.values import Duplicates
from tests.support.jobs import claim, record, results_of, status

NAME = "upgrade"
# A running job of revision 0004: one item done, one refused at the door, one in a chunk that waits.
ROWS_0004 = (
    "INSERT INTO jobs (id, state, items, tags, options, created_at, running_at, priority, batches)"
    " VALUES (1, 'running', 3, '[]', '{\"thumbnails\": \"none\"}', '2026-01-01 00:00:00.000000',"
    " '2026-01-01 00:00:00.000000', 'normal', '[]')",
    "INSERT INTO items (id, job_id, position, name, uri, state, error_code, error_message,"
    " dimensions) VALUES"
    " (1, 1, 0, 'a', 'file:///a', 'done', NULL, NULL, '{}'),"
    " (2, 1, 1, 'b', '', 'failed', 'unsupported', 'No.', '{}'),"
    " (3, 1, 2, 'c', 'file:///c', 'waiting', NULL, NULL, '{}')",
    "INSERT INTO chunks (id, job_id, start, stop, state, attempts, crashes, not_before, done,"
    " failed, cancelled, faces, without_faces) VALUES"
    " (1, 1, 0, 1, 'done', 1, 0, '2026-01-01 00:00:00.000000', 1, 0, 0, 0, 1),"
    " (2, 1, 1, 3, 'waiting', 0, 0, '2026-01-01 00:00:00.000000', 0, 1, 0, 0, 0)",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind without a table."""
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
        yield opened
        opened.close()
        return
    url = make_url(request.getfixturevalue("postgresql_url"))
    server = Database(url.render_as_string(hide_password=False))
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {NAME}"))
        opened = Database(url.set(database=NAME).render_as_string(hide_password=False))
        yield opened
        opened.close()
        connection.execute(text(f"DROP DATABASE {NAME}"))
    server.close()


def test_a_job_of_the_revision_before_goes_on(empty: Database) -> None:
    migrate(empty, "0004")
    with empty.write() as session:
        for row in ROWS_0004:
            session.connection().exec_driver_sql(row)
    migrate(empty)
    job = status(empty, 1)
    assert job.options.duplicates is Duplicates.COUNT
    assert (job.counts.done, job.counts.failed, job.counts.duplicates) == (1, 1, 0)
    assert (job.state, job.paused) == (JobState.RUNNING, None)
    chunk = claim(empty, 2)
    assert chunk is not None
    assert record(empty, chunk, results_of(chunk))
    with empty.read() as session:
        items = read_results(session, 1, ResultFilter(), after=-1, limit=9)
    assert [(item.state, item.duplicate_of) for item in items] == [
        ("done", None),
        ("failed", None),
        ("done", None),
    ]
    # What was refused at the door was not analyzed: of two items that ended, one counts.
    assert status(empty, 1).items_per_second == pytest.approx(1 / 60)
