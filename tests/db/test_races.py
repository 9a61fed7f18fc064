"""Concurrent transactions on PostgreSQL: nothing is lost, doubled or stuck."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import pytest
from sqlalchemy import Update, text, update
from sqlalchemy.orm import Session

from db.chunks.crashes import QUARANTINE_CRASHES, rescue_chunk
from db.chunks.leases import claim_chunk
from db.chunks.release import release_all_chunks
from db.chunks.segments import cut_video, lock_video
from db.chunks.window import choose_hints
from db.engine import Database
from db.item_values import ClaimedChunk
from db.jobs.cancelling import cancel_job
from db.jobs.erasure import erase_job
from db.results.filters import ResultFilter
from db.results.reading import read_results
from db.states import ChunkKind, JobState
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow
from db.video_values import VideoCut
from db.videos.recording import record_segment
from tests.support.models.packs import PACKS
from tests.support.work.jobs import (
    claim,
    claim_next,
    close,
    crash,
    hints,
    make_face,
    record,
    results_of,
    status,
    submit,
)

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
ROUNDS = 8


@pytest.fixture
def pair() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(12) as threads:
        yield threads


def test_one_of_many_concurrent_claims_wins(database: Database, pair: ThreadPoolExecutor) -> None:
    for _ in range(ROUNDS):
        submit(database, items=1)
        [chunk_id] = hints(database)
        together = Barrier(4)

        def race(token: str, chunk_id: int = chunk_id, together: Barrier = together) -> bool:
            together.wait()
            return claim(database, chunk_id, token) is not None

        assert sum(pair.map(race, "abcd")) == 1


def test_a_claim_and_a_cancellation_never_wait_for_each_other(
    database: Database, pair: ThreadPoolExecutor
) -> None:
    for _ in range(ROUNDS):
        job_id = submit(database, items=8, chunk_items=1)
        chunk_ids = hints(database)
        together = Barrier(len(chunk_ids) + 1)

        def cancel(job_id: int = job_id, together: Barrier = together) -> None:
            together.wait()
            with database.write() as session:
                assert cancel_job(session, job_id)

        def take(chunk_id: int, together: Barrier = together) -> None:
            together.wait()
            chunk = claim(database, chunk_id)
            if chunk is not None:
                assert record(database, chunk, results_of(chunk))

        work = [pair.submit(take, chunk_id) for chunk_id in chunk_ids]
        work.append(pair.submit(cancel))
        for one in work:
            one.result()
        assert close(database) == [job_id]
        counts = status(database, job_id).counts
        assert counts.done + counts.cancelled == counts.items == 8


def test_two_dispatchers_share_the_hints(database: Database, pair: ThreadPoolExecutor) -> None:
    submit(database, items=40, chunk_items=1)
    together = Barrier(4)

    def choose(_: int) -> list[int]:
        together.wait()
        with database.write() as session:
            return choose_hints(session, 1000, 30.0)

    chosen = [chunk_id for part in pair.map(choose, range(4)) for chunk_id in part]
    assert len(chosen) == len(set(chosen))


def test_many_workers_add_to_cells_at_the_same_time(
    database: Database, pair: ThreadPoolExecutor
) -> None:
    faces = [make_face(years=float(years)) for years in range(1, 80)]
    submit(database, items=32, chunk_items=1)
    chunks = [claim(database, chunk_id, f"t{chunk_id}") for chunk_id in hints(database)]
    together = Barrier(8)

    def add(number: int) -> list[bool]:
        together.wait()
        turned = faces if number % 2 else faces[::-1]
        mine = [chunk for chunk in chunks[number::8] if chunk is not None]
        return [record(database, chunk, results_of(chunk, turned)) for chunk in mine]

    assert all(all(part) for part in pair.map(add, range(8)))
    job = status(database, 1)
    assert job.counts.faces == 32 * len(faces) or len(chunks) < 32


def test_a_chunk_that_crashes_during_a_cancellation_is_closed(database: Database) -> None:
    job_id = submit(database, items=1)
    chunk = claim_next(database)
    # The job's row is locked and changed, and not yet committed, when the crash is noted.
    with database.write() as cancelling, database.write() as crashing:
        cancelling.execute(_begin_cancelling(job_id))
        assert rescue_chunk(crashing, chunk.id, chunk.token, seen=True)
    assert close(database) == [job_id]
    assert status(database, job_id).state is JobState.CANCELLED


def _begin_cancelling(job_id: int) -> Update:
    return update(JobRow).where(JobRow.id == job_id).values(state=JobState.CANCELLING)


def test_a_segment_that_ends_while_its_video_is_quarantined_waits_its_turn(
    database: Database, pair: ThreadPoolExecutor
) -> None:
    job_id = submit(database, items=1)
    segment = _claim_last_attempt(database)
    [video] = segment.items

    def finish() -> bool:
        with database.write() as session:
            return record_segment(session, segment, [], None, gender_min_probability=0.6)

    def quarantine() -> bool:
        with database.write() as session:
            return rescue_chunk(session, segment.id, segment.token, seen=True)

    with database.write() as session:
        # Both start, and each is about to lock the video.
        lock_video(session, video.id)
        finished = pair.submit(finish)
        _wait_for_blocked(database, 1)
        quarantined = pair.submit(quarantine)
        _wait_for_blocked(database, 2)
    assert finished.result() is True
    assert quarantined.result() is False
    assert status(database, job_id).counts.failed == 0


@pytest.mark.parametrize("end_job", [cancel_job, erase_job])
def test_a_job_that_ends_while_its_video_is_quarantined_waits_its_turn(
    database: Database, pair: ThreadPoolExecutor, end_job: Callable[[Session, int], bool]
) -> None:
    job_id = submit(database, items=1)
    segment = _claim_last_attempt(database, ((0, 8), (8, None)))
    [video] = segment.items
    _move_joins_last(database)

    def quarantine() -> bool:
        with database.write() as session:
            return rescue_chunk(session, segment.id, segment.token, seen=True)

    def end() -> bool:
        with database.write() as session:
            # PostgreSQL may choose this plan, and then meets the segments before their video.
            session.execute(text("SET LOCAL enable_indexscan = off"))
            session.execute(text("SET LOCAL enable_bitmapscan = off"))
            return end_job(session, job_id)

    with database.write() as session:
        # Both start, and each is about to lock the video.
        lock_video(session, video.id)
        quarantined = pair.submit(quarantine)
        _wait_for_blocked(database, 1)
        ended = pair.submit(end)
        _wait_for_blocked(database, 2)
    assert quarantined.result() is True
    assert ended.result() is True


def _move_joins_last(database: Database) -> None:
    """Write the chunks that join videos again, so that a scan of the table meets them last."""
    joins = update(ChunkRow).where(ChunkRow.kind == ChunkKind.JOIN)
    with database.write() as session:
        session.execute(joins.values(attempts=ChunkRow.attempts + 1))


def _claim_last_attempt(
    database: Database, segments: tuple[tuple[int, int | None], ...] = ((0, None),)
) -> ClaimedChunk:
    """The first segment of a video, whose next crash leads to the quarantine."""
    video = claim_next(database)
    with database.write() as session:
        assert cut_video(session, video, VideoCut(640, 480, 1.0, b"digest", segments))
    for attempt in range(QUARANTINE_CRASHES - 1):
        assert crash(database, claim_next(database, f"attempt-{attempt}"))
    return claim_next(database, "last")


def _wait_for_blocked(database: Database, transactions: int) -> None:
    """Wait until this many transactions wait for a lock."""
    blocked = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(500):
        with database.read() as session:
            if session.scalar(blocked) == transactions:
                return
        sleep(0.01)
    raise TimeoutError(f"{transactions} transactions did not wait for a lock")


def test_leases_released_at_a_start_do_not_keep_a_cancelled_job_open(database: Database) -> None:
    job_id = submit(database, items=1)
    claim_next(database)
    with database.write() as session:
        cancel_job(session, job_id)
        release_all_chunks(session)
    assert close(database) == [job_id]
    assert status(database, job_id).counts.cancelled == 1


def test_a_reader_sees_one_snapshot(database: Database) -> None:
    job_id = submit(database, items=1)
    chunk = claim_next(database)
    with database.read() as session:
        before = read_results(session, job_id, ResultFilter(), after=-1, limit=9)
        assert record(database, chunk, results_of(chunk, [make_face()]))
        assert read_results(session, job_id, ResultFilter(), after=-1, limit=9) == before


def test_a_claim_that_is_rolled_back_leaves_the_chunk_free(database: Database) -> None:
    submit(database, items=1)
    [chunk_id] = hints(database)
    with pytest.raises(RuntimeError):
        _claim_and_fail(database, chunk_id)
    assert claim(database, chunk_id) is not None


def _claim_and_fail(database: Database, chunk_id: int) -> None:
    with database.write() as session:
        assert claim_chunk(session, chunk_id, "t", "w", 60, PACKS)
        raise RuntimeError
