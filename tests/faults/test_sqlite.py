"""R13: many processes write to one SQLite file at the same time without damaging it."""

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from random import Random

import pytest
from sqlalchemy import select, text, update

from db.clock import DatabaseTime
from db.engine import Database, journal_mode
from db.jobs.closing import close_job, read_jobs_to_close
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow
from tests.faults.checks.evidence import read_evidence
from tests.faults.checks.invariants import CHECKS
from tests.faults.cluster.cluster import ROOT
from tests.faults.cluster.servers import SqliteFile
from tests.faults.submitters.sqlite_writer import NAMES, work

WRITERS = 4


@pytest.mark.parametrize("seconds", [1.5, pytest.param(60, marks=pytest.mark.soak)])
def test_many_writers_leave_the_file_intact_and_the_counts_correct(
    sqlite: SqliteFile, seconds: float
) -> None:
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    program = "tests.faults.submitters.sqlite_writer"
    words = [sys.executable, "-P", "-m", program, sqlite.url, str(seconds)]
    writers = [
        subprocess.Popen(
            [*words, str(number)],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(WRITERS)
    ]
    assert [writer.stdout.readline() for writer in writers] == ["ready\n"] * WRITERS
    for writer in writers:
        writer.stdin.write("begin\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=seconds + 120)
    assert [writer.returncode for writer in writers] == [0] * WRITERS
    assert sqlite.is_sound()
    database = Database(sqlite.url)
    finish_all(database)
    assert_every_job_is_right(database)
    database.close()


def finish_all(database: Database) -> None:
    """Finish what a writer left when its time was up; chunks that crashed wait for a moment."""
    left = 1
    while left:
        with database.write() as session:
            session.execute(update(ChunkRow).values(not_before=DatabaseTime(-1)))
        left = work(database, Random(0), window=1000)
    with database.write() as session:
        for job_id in read_jobs_to_close(session):
            close_job(session, job_id)


def assert_every_job_is_right(database: Database) -> None:
    with database.read() as session:
        job_ids = list(session.scalars(select(JobRow.id)))
        mode = session.execute(text("PRAGMA journal_mode")).scalar_one()
    assert mode == journal_mode(sqlite3.sqlite_version_info).lower()
    assert len(job_ids) >= WRITERS
    for job_id in job_ids:
        evidence = read_evidence(database, job_id, NAMES, Counter())
        assert [violation for check in CHECKS for violation in check(evidence)] == []
