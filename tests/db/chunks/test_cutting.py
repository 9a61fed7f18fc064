"""How the items of a job are cut into chunks."""

from itertools import pairwise

import pytest
from sqlalchemy import select

from db.engine import Database
from db.processes import record_heartbeat
from db.states import ProcessRole
from db.tables.chunks import ChunkRow
from tests.support.work.jobs import submit


@pytest.mark.parametrize(
    ("slots", "items", "size", "chunks"),
    [
        pytest.param(1, 1, 32, [1], id="one item"),
        pytest.param(2, 6, 32, [1] * 6, id="a chunk for each item of a small job"),
        pytest.param(1, 6, 2, [2, 2, 2], id="as small as allowed"),
        pytest.param(2, 160, 20, [20] * 5 + [15, 12, 9, 8, 8, 8], id="smaller ones at the end"),
        pytest.param(1, 100, 100, [25, 25, 25, 13, 8, 4], id="one slot"),
    ],
)
def test_chunks_get_smaller_towards_the_end_of_a_job(
    database: Database, slots: int, items: int, size: int, chunks: list[int]
) -> None:
    with database.write() as session:
        record_heartbeat(session, "worker@a:1", ProcessRole.BULK, slots, [])
    submit(database, items=items, chunk_items=size)
    with database.read() as session:
        rows = session.scalars(select(ChunkRow).order_by(ChunkRow.start)).all()
        edges = [(row.start, row.stop) for row in rows]
    assert [stop - start for start, stop in edges] == chunks
    assert all(one[1] == other[0] for one, other in pairwise(edges))
