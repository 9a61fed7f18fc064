"""Items that crash workers are isolated and quarantined; others are not blamed."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from db.chunks.crashes import rescue_chunk, rescue_chunks_of
from db.chunks.leases import mark_current_item
from db.chunks.segments import cut_video
from db.engine import Database
from db.item_values import ClaimedChunk
from db.jobs.cancelling import cancel_job
from db.jobs.closing import close_job
from db.jobs.retrying import retry_job
from db.results.filters import ResultFilter
from db.results.reading import read_results
from db.states import ChunkState, ErrorCode, ItemState, JobState
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow
from db.video_values import VideoCut
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
    submit_chunk,
    work_all,
)

POOL_CHILDREN = ("host:1:2", "host:1:3")  # two children of one main process
HOSTS = ("one:1:2", "two:1:2")


def work_under_crashes(
    database: Database,
    poison: Sequence[str],
    *,
    marked: bool = True,
    seen: bool = True,
    pool_children: Sequence[str] = POOL_CHILDREN,
) -> int:
    """Do all chunks with workers that poisoned items kill; returns the number of crashes."""
    crashes = 0
    while waiting := hints(database, resend_seconds=-1):
        pool_child = pool_children[crashes % len(pool_children)]
        chunk = claim(database, waiting[0], f"token-{crashes}", pool_child=pool_child)
        assert chunk is not None
        first = next((item for item in chunk.items if item.name in poison), None)
        if first is None:
            assert record(database, chunk, results_of(chunk, [make_face()]))
            continue
        if marked and chunk.crashes:
            assert mark(database, chunk, first.id)
        assert crash(database, chunk, seen=seen)
        crashes += 1
    return crashes


def mark(database: Database, chunk: ClaimedChunk, item_id: int | None) -> bool:
    with database.write() as session:
        return mark_current_item(session, chunk.id, chunk.token, item_id)


def check_end(database: Database, job_id: int, poison: Sequence[str], items: int) -> None:
    """Only the poisoned items failed, and the chunks that count tile the job and add up."""
    with database.write() as session:
        close_job(session, job_id)
    job = status(database, job_id)
    everything = len(poison) == items
    assert job.state is (JobState.FAILED if everything else JobState.COMPLETED_WITH_ERRORS)
    assert (job.counts.done, job.counts.failed) == (items - len(poison), len(poison))
    assert job.counts.faces == items - len(poison)
    with database.read() as session:
        found = read_results(session, job_id, ResultFilter(), after=-1, limit=1000)
        counted = select(ChunkRow.start, ChunkRow.stop).where(
            ChunkRow.job_id == job_id, ChunkRow.state != ChunkState.SPLIT
        )
        ranges = session.execute(counted.order_by(ChunkRow.start)).all()
    failed = {item.name: item.error.code for item in found if item.error}
    assert failed == dict.fromkeys(poison, ErrorCode.WORKER_CRASHED)
    assert (ranges[0].start, ranges[-1].stop) == (0, items)
    assert all(before.stop == after.start for before, after in pairwise(ranges))


@pytest.mark.parametrize(
    ("items", "position"), [(1, 0), (2, 0), (2, 1), (7, 3), (64, 0), (64, 32), (64, 63)]
)
def test_an_item_that_kills_workers_is_found_in_three_crashes(
    database: Database, items: int, position: int
) -> None:
    job_id = submit_chunk(database, items)
    poison = [f"{position}.jpg"]
    assert work_under_crashes(database, poison) == 3
    check_end(database, job_id, poison, items)


def test_an_unmarked_item_that_kills_workers_is_found_by_halving(database: Database) -> None:
    job_id = submit_chunk(database, 64)
    assert 3 < work_under_crashes(database, ["40.jpg"], marked=False) <= 11
    check_end(database, job_id, ["40.jpg"], 64)


@pytest.mark.parametrize(
    "numbers", [(3, 4), (0, 7), (0, 1, 2), tuple(range(8))], ids=["two", "ends", "first", "all"]
)
def test_several_items_that_kill_workers_are_all_found(
    database: Database, numbers: Sequence[int]
) -> None:
    job_id = submit_chunk(database, 8)
    poison = [f"{number}.jpg" for number in numbers]
    # The tolerated crash, and two for each.
    assert work_under_crashes(database, poison) <= 1 + 2 * len(poison)
    check_end(database, job_id, poison, 8)


def test_unseen_crashes_quarantine_an_item_later(database: Database) -> None:
    job_id = submit_chunk(database, 8)
    assert work_under_crashes(database, ["3.jpg"], seen=False, pool_children=HOSTS) == 5
    check_end(database, job_id, ["3.jpg"], 8)


def test_unseen_crashes_of_one_worker_quarantine_an_item_last(database: Database) -> None:
    job_id = submit_chunk(database, 8)
    assert work_under_crashes(database, ["3.jpg"], seen=False) == 8
    check_end(database, job_id, ["3.jpg"], 8)


def test_a_healthy_item_survives_the_loss_of_its_host_in_any_two_crashes(
    database: Database,
) -> None:
    submit_chunk(database, 1)
    for number in range(4):
        chunk = claim(database, hints(database, resend_seconds=-1)[0], pool_child=HOSTS[number % 2])
        assert chunk is not None
        # Two of the four were seen: one less than it takes.
        assert crash(database, chunk, seen=number % 2 == 0)
    work_all(database)
    close(database)
    assert status(database, 1).state is JobState.COMPLETED


def test_a_crash_while_results_are_recorded_blames_no_item(database: Database) -> None:
    submit_chunk(database, 4)
    assert crash(database, claim_next(database))
    chunk = claim_next(database)
    for item in chunk.items:
        assert mark(database, chunk, item.id)
    assert mark(database, chunk, None)
    assert crash(database, chunk)
    with database.read() as session:
        waiting = select(ChunkRow).where(ChunkRow.state == ChunkState.WAITING)
        sub_chunks = session.scalars(waiting.order_by(ChunkRow.start)).all()
    assert [(one.start, one.stop, one.crashes) for one in sub_chunks] == [(0, 2, 1), (2, 4, 1)]


def test_ended_items_of_a_split_chunk_are_unchanged(database: Database) -> None:
    """Such as items rejected at submission, which their chunk counts from its start."""
    job_id = submit_chunk(database, 6)
    with database.write() as session:
        refused = ItemRow.position.in_((0, 3, 5))
        failed = {"state": ItemState.FAILED, "error_code": ErrorCode.UNREADABLE}
        session.execute(update(ItemRow).where(refused).values(**failed))
        session.execute(update(ChunkRow).where(ChunkRow.start == 0).values(failed=3))
    assert work_under_crashes(database, ["4.jpg"]) == 3
    with database.write() as session:
        close_job(session, job_id)
    counts = status(database, job_id).counts
    assert (counts.done, counts.failed, counts.waiting) == (2, 4, 0)


def test_a_retried_item_may_crash_three_times_again(database: Database) -> None:
    job_id = submit_chunk(database, 6)
    work_all(database, [make_face()], fail=["1.jpg", "4.jpg"])
    close(database)
    with database.write() as session:
        assert retry_job(session, job_id) == 2
    assert work_under_crashes(database, ["4.jpg"]) == 3
    check_end(database, job_id, ["4.jpg"], 6)
    with database.write() as session:
        assert retry_job(session, job_id) == 1
    assert work_under_crashes(database, ["4.jpg"], seen=False) == 8
    check_end(database, job_id, ["4.jpg"], 6)


def test_one_crash_is_tolerated(database: Database) -> None:
    job_id = submit_chunk(database, 2)
    assert crash(database, claim_next(database))
    work_all(database)
    close(database)
    assert status(database, job_id).state is JobState.COMPLETED


def test_a_late_worker_cannot_mark_an_item(database: Database) -> None:
    submit_chunk(database, 2)
    late = claim_next(database, "late")
    assert crash(database, late)
    current = claim_next(database, "current")
    assert not mark(database, late, late.items[1].id)
    assert mark(database, current, current.items[0].id)


def test_chunks_of_all_children_of_a_dead_worker_are_rescued(database: Database) -> None:
    submit(database, items=5, chunk_items=1)
    pool_children = [*POOL_CHILDREN, "host:11:2", "other:1:2", "host:1:4"]
    for chunk_id, pool_child in zip(hints(database), pool_children, strict=True):
        assert claim(database, chunk_id, f"token-{chunk_id}", pool_child=pool_child)
    with database.write() as session:
        assert rescue_chunks_of(session, "host:1") == 3
        still = session.scalars(
            select(ChunkRow.pool_child).where(ChunkRow.state == ChunkState.LEASED)
        )
        assert sorted(still) == ["host:11:2", "other:1:2"]
        lost = session.scalars(select(ChunkRow).where(ChunkRow.crashes == 1))
        assert [chunk.unseen_crashes for chunk in lost] == [["host:1"]] * 3


def test_a_crash_during_a_cancellation_ends_the_chunk(database: Database) -> None:
    job_id = submit(database, items=1)
    chunk = claim_next(database)
    with database.write() as session:
        cancel_job(session, job_id)
    assert crash(database, chunk)
    assert close(database) == [job_id]
    assert status(database, job_id).counts.cancelled == 1


def test_the_beginning_of_a_token_identifies_a_crash(database: Database) -> None:
    submit(database)
    chunk = claim_next(database, "task:secret")
    with database.write() as session:
        assert not rescue_chunk(session, chunk.id, "other:", seen=True)
        assert rescue_chunk(session, chunk.id, "task:", seen=True)


@pytest.mark.parametrize("items", [1, 3])
def test_an_item_that_times_out_alone_in_hand_fails_at_once(database: Database, items: int) -> None:
    job_id = submit_chunk(database, items)
    chunk = claim_next(database)
    if items > 1:
        # In a batch, nobody knows which item took the time: it is tried again, item by item.
        assert crash(database, chunk, timed_out=True)
        [chunk_id] = hints(database, resend_seconds=-1)
        again = claim(database, chunk_id, "again")
        assert again is not None
        chunk = again
        assert mark(database, chunk, chunk.items[1].id)
    assert crash(database, chunk, timed_out=True)
    work_all(database, faces=[make_face()])
    check_counts(database, job_id, items)


def check_counts(database: Database, job_id: int, items: int) -> None:
    close(database)
    job = status(database, job_id)
    assert (job.counts.done, job.counts.failed) == (items - 1, 1)
    with database.read() as session:
        [failed] = session.scalars(select(ItemRow).where(ItemRow.state == ItemState.FAILED))
        assert failed.error_code == ErrorCode.TIMEOUT
        assert failed.position == min(1, items - 1)


def test_a_video_that_times_out_is_not_tried_again(database: Database) -> None:
    job_id = submit(database, items=1, chunk_items=1)
    chunk = claim_next(database)
    with database.write() as session:
        assert cut_video(
            session, chunk, VideoCut(10, 10, 4.0, b"d" * 16, ((0, 4), (4, None)), None)
        )
    [segment_id, *_] = hints(database)
    segment = claim(database, segment_id, "segment")
    assert segment is not None
    assert crash(database, segment, timed_out=True)
    assert hints(database, resend_seconds=-1) == []
    close(database)
    assert status(database, job_id).state is JobState.FAILED
