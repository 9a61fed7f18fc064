"""Eight threads compete for one chunk, again and again: one of them gets it, once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import update

from db.engine import Database
from db.item_values import ItemResult
from db.states import ChunkState, ItemState
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow
from tests.support.work.jobs import claim, hints, make_face, record, status, submit

THREADS = 8
PATIENCE_SECONDS = 60.0


@pytest.mark.parametrize(
    "rounds", [20, pytest.param(500, marks=[pytest.mark.soak, pytest.mark.timeout(900)])]
)
def test_one_of_eight_gets_a_chunk_and_records_it_once(database: Database, rounds: int) -> None:
    job_id = submit(database, items=1)
    [chunk_id] = hints(database)
    together = Barrier(THREADS)
    claimed: list[str] = []
    recorded: list[str] = []

    def race(number: int) -> None:
        try:
            take_turns(number)
        except BaseException:
            together.abort()
            raise

    def take_turns(number: int) -> None:
        for turn in range(rounds):
            together.wait(PATIENCE_SECONDS)
            chunk = claim(database, chunk_id, f"{number}:{turn}")
            if chunk is not None:
                claimed.append(chunk.token)
                recorded.extend(
                    chunk.token
                    for _ in range(2)
                    if record(database, chunk, [ItemResult(chunk.items[0], faces=(make_face(),))])
                )
            if together.wait(PATIENCE_SECONDS) == 0:
                open_again(database, chunk_id)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(race, range(THREADS)))
    assert len(claimed) == rounds
    assert sorted(recorded) == sorted(claimed)
    assert status(database, job_id).counts.faces == rounds


def open_again(database: Database, chunk_id: int) -> None:
    with database.write() as session:
        free = update(ChunkRow).where(ChunkRow.id == chunk_id)
        session.execute(free.values(state=ChunkState.WAITING, token=None))
        session.execute(update(ItemRow).values(state=ItemState.WAITING))
