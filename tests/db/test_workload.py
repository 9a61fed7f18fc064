"""What operators read of the work, on both databases."""

from datetime import timedelta

from sqlalchemy import select, update

from db.clock import read_time
from db.engine import Database
from db.tables.chunks import ChunkRow
from db.workload import HISTORY_MINUTES, read_history
from tests.support.work.jobs import submit, work_all

# A chunk each: just now, ten minutes ago, and before the last hour.
MINUTES_AGO = (0, 10, 75)


def test_the_history_counts_what_ended_in_each_minute_of_the_last_hour(database: Database) -> None:
    submit(database, items=6, chunk_items=2)
    work_all(database, fail=["1"])
    with database.write() as session:
        now = read_time(session)
        chunks = session.scalars(select(ChunkRow.id).order_by(ChunkRow.id)).all()
        for chunk, minutes in zip(chunks, MINUTES_AGO, strict=True):
            ended = now - timedelta(minutes=minutes, seconds=1)
            session.execute(update(ChunkRow).where(ChunkRow.id == chunk).values(finished_at=ended))
        history = read_history(session)
    assert len(history) == HISTORY_MINUTES
    assert {age: count for age, count in enumerate(reversed(history)) if count} == {0: 2, 10: 2}
