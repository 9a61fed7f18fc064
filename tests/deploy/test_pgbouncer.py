"""PgBouncer in transaction mode: each transaction may get another connection to PostgreSQL."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from db.counts.cube import fold_deltas
from db.engine import Database
from db.states import JobState
from tests.faults.checks.audience import check_cube, check_measures
from tests.support.programs.cli import wait_for
from tests.support.run.databases import empty_postgresql
from tests.support.work.jobs import (
    claim,
    close,
    hints,
    make_face,
    record,
    results_of,
    status,
    submit,
)

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
CONFIGURATION = """
[databases]
facetally = host={host} port={port} user={user} dbname={database}
[pgbouncer]
unix_socket_dir = {folder}
listen_addr =
listen_port = 6432
auth_type = any
pool_mode = transaction
# Fewer than there are clients, so that they take turns.
default_pool_size = 2
"""
THREADS = 6

pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed here")


@pytest.fixture
def pooled_url(migrated_postgresql: str) -> Iterator[str]:
    with TemporaryDirectory(prefix="pgbouncer-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        write_configuration(folder, migrated_postgresql)
        command = [str(PGBOUNCER), "--quiet", str(folder / "pgbouncer.ini")]
        # It refuses to run as root; PostgreSQL's own user can reach its socket.
        socket = Path(str(make_url(migrated_postgresql).query["host"]))
        user = socket.stat().st_uid if os.geteuid() == 0 else None
        with subprocess.Popen(command, user=user) as running:
            url = f"postgresql+psycopg://facetally@/facetally?host={folder}&port=6432"
            try:
                wait_for(lambda: is_up(url), "PgBouncer")
                yield f"{url}&pooling=transaction"
            finally:
                running.terminate()


@pytest.fixture
def database(pooled_url: str, postgresql_owner: str) -> Iterator[Database]:
    with closing(Database(pooled_url)) as opened:
        yield opened
    with closing(Database(postgresql_owner)) as owner:
        empty_postgresql(owner)


def test_jobs_of_many_clients_end_and_are_counted_once(database: Database) -> None:
    def work(_: int) -> int:
        # More often than a statement is repeated before the driver would prepare it.
        for _ in range(2):
            job_id = submit(database, items=8, chunk_items=1)
            work_on_what_is_left(database)
        return job_id

    with ThreadPoolExecutor(THREADS) as threads:
        jobs = list(threads.map(work, range(THREADS)))
    work_on_what_is_left(database)
    assert len(close(database)) == 2 * THREADS
    with database.write() as session:
        # It takes an advisory lock, which ends with the transaction.
        fold_deltas(session)
    for job_id in jobs:
        job = status(database, job_id)
        assert (job.state, job.counts.faces) == (JobState.COMPLETED, 8)
        assert check_measures(database, job_id) + check_cube(database, job_id) == []


def test_a_reader_sees_one_snapshot_and_cannot_write(database: Database) -> None:
    submit(database)
    with database.read() as session:
        seen = session.scalar(text("SELECT count(*) FROM jobs"))
        submit(database)
        assert session.scalar(text("SELECT count(*) FROM jobs")) == seen
        with pytest.raises(DBAPIError, match="read-only transaction"):
            session.execute(text("DELETE FROM jobs"))


def test_statements_that_hang_end_by_the_settings_of_the_role(database: Database) -> None:
    with database.read() as session:
        assert session.scalar(text("SHOW statement_timeout")) == "30s"


def test_without_the_word_for_it_the_pooler_refuses_our_options(pooled_url: str) -> None:
    direct = Database(pooled_url.replace("&pooling=transaction", ""))
    with closing(direct), pytest.raises(OperationalError, match="startup parameter"):
        direct.engine.connect()


def work_on_what_is_left(database: Database) -> None:
    for chunk_id in hints(database, resend_seconds=-1):
        chunk = claim(database, chunk_id)
        if chunk is not None:
            assert record(database, chunk, results_of(chunk, [make_face()]))


def write_configuration(folder: Path, url: str) -> None:
    address = make_url(url)
    (folder / "pgbouncer.ini").write_text(
        CONFIGURATION.format(
            host=address.query.get("host") or address.host,
            port=address.port or 5432,
            user=address.username,
            database=address.database,
            folder=folder,
        )
    )


def is_up(url: str) -> bool:
    engine = create_engine(url, connect_args={"prepare_threshold": None})
    try:
        with suppress(OperationalError), engine.connect():
            return True
    finally:
        engine.dispose()
    return False
