"""Results are recorded once, or not at all."""

import pytest
from sqlalchemy import func, select

from db.engine import Database
from db.results.recording import was_recorded
from db.tables.audience import CellRow
from db.tables.faces import FaceRow
from tests.db.results.test_reading import FACES
from tests.support.work.jobs import claim_next, record, results_of, status, submit


def test_results_recorded_twice_count_once(database: Database) -> None:
    job_id = submit(database, items=1)
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk, FACES))
    assert not record(database, chunk, results_of(chunk, FACES))
    with database.read() as session:
        assert was_recorded(session, chunk)
        assert session.scalar(select(func.count()).select_from(FaceRow)) == 2
        assert session.scalar(select(func.sum(CellRow.faces))) == 2
    assert status(database, job_id).counts.faces == 2


def test_a_lease_without_results_is_not_recorded(database: Database) -> None:
    submit(database, items=1)
    chunk = claim_next(database)
    with database.read() as session:
        assert not was_recorded(session, chunk)


def test_a_failed_recording_leaves_no_trace(database: Database) -> None:
    job_id = submit(database, items=8, chunk_items=2)
    chunk = claim_next(database)
    results = results_of(chunk, FACES)
    # The second thumbnail of an item breaks the transaction in its middle.
    with pytest.raises(Exception, match=r"(?i)unique"):
        record(database, chunk, [results[0], results[0]])
    assert status(database, job_id).counts.running == 2
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(FaceRow)) == 0
    assert record(database, chunk, results)
