"""Redis holds a bounded window of hints, shared fairly among jobs."""

from collections import Counter

from sqlalchemy import select, update

from db.chunks.window import forget_hints
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob, Priority
from db.jobs.cancelling import cancel_job
from db.states import ChunkState, JobState
from db.submissions.drafts import accept_job
from db.tables.chunks import ChunkRow
from tests.support.run.databases import on_one_database
from tests.support.work.jobs import claim, close, hints, status, submit


def jobs_of(database: Database, chunk_ids: list[int]) -> Counter[int]:
    with database.read() as session:
        query = select(ChunkRow.job_id).where(ChunkRow.id.in_(chunk_ids))
        return Counter(session.scalars(query))


def test_only_as_many_hints_as_the_window_holds_are_sent(database: Database) -> None:
    submit(database, items=100, chunk_items=1)
    assert len(hints(database, window=8)) == 8
    assert hints(database, window=8) == []


def test_a_claimed_chunk_makes_room_for_the_next_hint(database: Database) -> None:
    submit(database, items=100, chunk_items=1)
    first = hints(database, window=4)
    assert claim(database, first[0]) is not None
    assert len(hints(database, window=4)) == 1


def test_a_lost_hint_is_sent_again(database: Database) -> None:
    submit(database, items=2, chunk_items=1)
    sent = hints(database)
    assert hints(database, resend_seconds=30) == []
    assert hints(database, resend_seconds=-1) == sent


def test_a_hint_that_could_not_be_sent_is_chosen_again_immediately(database: Database) -> None:
    submit(database, items=2, chunk_items=1)
    sent = hints(database)
    with database.write() as session:
        forget_hints(session, sent)
    assert hints(database) == sent


def test_a_small_job_does_not_wait_behind_a_large_one(database: Database) -> None:
    large = submit(database, items=1000, chunk_items=1)
    small = submit(database, items=3, chunk_items=1)
    assert jobs_of(database, hints(database, window=8)) == {large: 5, small: 3}


def test_a_job_with_leased_chunks_yields_to_one_with_none(database: Database) -> None:
    large = submit(database, items=1000, chunk_items=1)
    for chunk_id in hints(database, window=4):
        claim(database, chunk_id)
    small = submit(database, items=1000, chunk_items=1)
    assert jobs_of(database, hints(database, window=4)) == {small: 4}
    assert large != small


def test_an_idle_system_sends_nothing(database: Database) -> None:
    assert hints(database) == []


def test_an_urgent_job_gets_the_larger_share_and_starves_no_other(database: Database) -> None:
    def send(priority: Priority) -> int:
        items = [NewItem(f"{number}", "file:///a") for number in range(100)]
        with database.write() as session:
            # One chunk for each item, whatever the size of the job.
            return accept_job(session, NewJob(priority=priority), items, 1)

    low, normal, high = (send(priority) for priority in Priority)
    shares = jobs_of(database, hints(database, window=26))
    assert shares == {low: 2, normal: 6, high: 18}


def test_a_chunk_released_to_a_job_that_was_just_cancelled_ends_with_it(
    database: Database,
) -> None:
    job_id = submit(database, items=4, chunk_items=2)
    with database.write() as session:
        cancel_job(session, job_id)
        # As where a lease ends at the very moment of the cancellation, on PostgreSQL.
        given_back = {"state": ChunkState.WAITING, "cancelled": 0, "finished_at": None}
        session.execute(update(ChunkRow).where(ChunkRow.start == 0).values(given_back))
    assert close(database) == [job_id]
    assert status(database, job_id).state is JobState.CANCELLED
    assert status(database, job_id).counts.cancelled == 4


@on_one_database
def test_a_job_with_no_chunk_outstanding_gets_a_hint_although_others_outweigh_it(
    database: Database,
) -> None:
    for _ in range(2):
        accept_many(database, Priority.HIGH)
    for chunk_id in hints(database, window=12):
        claim(database, chunk_id)
    patient = [accept_many(database, Priority.LOW), accept_many(database, Priority.NORMAL)]
    served: set[int] = set()
    # There is room for one hint at a time; a job that is passed over this often is starved.
    for _ in range(500):
        chosen = hints(database, window=1)
        served |= jobs_of(database, chosen).keys()
        with database.write() as session:
            forget_hints(session, chosen)
        if served >= set(patient):
            break
    assert served >= set(patient)


def accept_many(database: Database, priority: Priority) -> int:
    items = [NewItem(f"{number}", "file:///a") for number in range(30)]
    with database.write() as session:
        return accept_job(session, NewJob(priority=priority), items, 1)
