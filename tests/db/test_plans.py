"""PostgreSQL's plans: no query of the path reads a whole table of items. (SQLite plans by rules of
its own.)"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from db.chunks.crashes import rescue_chunk, rescue_chunks_of
from db.chunks.leases import claim_chunk, mark_current_item, read_expired_leases, renew_lease
from db.chunks.release import release_chunks_of
from db.chunks.window import choose_hints
from db.engine import Database
from db.item_values import ClaimedChunk, ItemResult
from db.jobs.cancelling import cancel_job
from db.jobs.closing import close_job, read_jobs_to_close
from db.jobs.due_work import read_due_work
from db.jobs.pausing import read_jobs_to_pause
from db.jobs.status import read_job
from db.results.duplicates import find_recorded
from db.results.filters import ResultFilter
from db.results.pictures import read_thumbnail
from db.results.reading import read_item, read_results
from db.results.recording import record_results, was_recorded
from db.workload import read_workload
from tests.support.models.packs import PACKS
from tests.support.run.databases import empty_postgresql
from tests.support.work.jobs import claim, claim_next, hints, make_face, record, results_of, submit

JOBS, ITEMS, CHUNK_ITEMS, RECORDED = 10, 6000, 20, 100
SCAN = re.compile(r"Seq Scan on (items|chunks|faces|thumbnails|cells|digests)")


@dataclass
class Plans:
    """The statements of a block, with what PostgreSQL said that it would do."""

    plans: list[str] = field(default_factory=list)

    def scans(self) -> list[str]:
        return [plan for plan in self.plans if SCAN.search(plan)]


@pytest.fixture(scope="module")
def filled(migrated_postgresql: str, postgresql_owner: str) -> Iterator[Database]:
    """Enough rows that PostgreSQL prefers an index; only their owner may count them for it. Each
    test works on chunks or a job of its own."""
    database = Database(migrated_postgresql)
    for _ in range(JOBS):
        submit(database, ITEMS, CHUNK_ITEMS, dimensions={"store": "Lyon"})
    for chunk_id in hints(database, window=RECORDED):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        record(database, chunk, analyze(chunk, fail=[chunk.items[0].name]))
    with closing(Database(postgresql_owner)) as owner:
        with owner.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        yield database
        database.close()
        empty_postgresql(owner)


def analyze(chunk: ClaimedChunk, fail: Sequence[str] = ()) -> list[ItemResult]:
    results = results_of(chunk, [make_face()], fail)
    return [replace(result, digest=result.item.id.to_bytes(16)) for result in results]


@contextmanager
def explained(session: Session) -> Iterator[Plans]:
    """Reads the plan of every statement before it runs."""
    plans = Plans()

    def explain(connection, cursor, statement, parameters, context, many) -> None:
        if not many and not statement.startswith("EXPLAIN"):
            cursor.execute(f"EXPLAIN {statement}", parameters)
            plans.plans.append("\n".join(row[0] for row in cursor.fetchall()) + "\n" + statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", explain)
    yield plans
    event.remove(engine, "before_cursor_execute", explain)


def test_workers_read_chunks_by_indexes(filled: Database) -> None:
    [chunk_id] = hints(filled, window=1000)[:1]

    with filled.write() as session, explained(session) as plans:
        chunk = claim_chunk(session, chunk_id, "token", "worker", 60, PACKS)
        assert chunk is not None
        renew_lease(session, chunk.id, "token", 60)
        results = analyze(chunk)
        digests = [result.digest for result in results if result.digest]
        assert find_recorded(session, chunk.job_id, digests) == {}
        assert record_results(session, chunk, results, gender_min_probability=0.6)
        was_recorded(session, chunk)

    assert len(plans.plans) >= 8
    assert plans.scans() == []


def test_the_dispatcher_reads_by_indexes(filled: Database) -> None:
    claimed = claim_next(filled)

    with filled.write() as session, explained(session) as plans:
        read_due_work(session)
        choose_hints(session, 8, 30)
        read_expired_leases(session)
        read_jobs_to_pause(session, 100)
        read_jobs_to_close(session)
        close_job(session, claimed.job_id)
        mark_current_item(session, claimed.id, "token", claimed.items[0].id)
        rescue_chunks_of(session, "other:1")
        release_chunks_of(session, "other:1")
        rescue_chunk(session, claimed.id, "token", seen=True)

    assert len(plans.plans) >= 8
    assert plans.scans() == []


def test_readers_read_by_indexes(filled: Database) -> None:
    with filled.read() as session, explained(session) as plans:
        job = read_job(session, 3)
        [first, *_] = read_results(session, 3, ResultFilter(), after=500, limit=10)
        read_item(session, first.id)
        read_thumbnail(session, first.id)
        read_workload(session)

    assert job is not None
    assert len(plans.plans) >= 6
    assert plans.scans() == []


def test_a_cancellation_reads_by_indexes(filled: Database) -> None:
    with filled.write() as session, explained(session) as plans:
        cancel_job(session, JOBS)

    assert plans.plans
    assert plans.scans() == []
