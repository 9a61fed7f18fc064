"""A process whose work hangs ends before its lease; one that waits for the database does not."""

import time
from threading import Event

import pytest

from db.engine import Database
from db.states import ChunkState, ErrorCode
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow
from tests.support.run.databases import on_one_database
from tests.support.work.jobs import claim_next, submit_chunk
from worker.lease import HeldChunk, LeaseTerms
from worker.stages import StageTimes
from worker.watchdog import LOOKS, STUCK_STATUS, Watchdog

TERMS = LeaseTerms(60.0, 150.0, lambda: False)
LEAST_SECONDS = 0.4


@pytest.fixture
def held(database: Database) -> HeldChunk:
    submit_chunk(database, 1)
    return HeldChunk(claim_next(database), database, TERMS, StageTimes())


class Ending(Event):
    """Stands for the end of the process."""

    def __call__(self, status: int) -> None:
        assert status == STUCK_STATUS
        self.set()


def watch(ended: Ending) -> Watchdog:
    return Watchdog(0.0, end=ended, least_seconds=LEAST_SECONDS)


def test_work_that_hangs_ends_its_process_and_fails_the_item_in_hand(
    database: Database, held: HeldChunk
) -> None:
    ended = Ending()
    with watch(ended).watch(held):
        assert ended.wait(30)
    with database.read() as session:
        assert session.get_one(ItemRow, held.chunk.items[0].id).error_code == ErrorCode.TIMEOUT
        assert session.get_one(ChunkRow, held.chunk.id).state == ChunkState.DONE


@on_one_database
@pytest.mark.parametrize("is_waiting", [True, False])
def test_work_that_goes_on_or_waits_for_the_database_is_left_alone(
    held: HeldChunk, is_waiting: bool
) -> None:
    ended = Ending()
    held.is_waiting_for_database = is_waiting
    with watch(ended).watch(held):
        for _ in range(3 * LOOKS):
            if not is_waiting:
                held.renew()
            time.sleep(LEAST_SECONDS / LOOKS)
    assert not ended.is_set()


@on_one_database
def test_a_chunk_that_is_done_is_watched_no_longer(held: HeldChunk) -> None:
    ended = Ending()
    with watch(ended).watch(held):
        pass
    assert not ended.wait(3 * LEAST_SECONDS)
