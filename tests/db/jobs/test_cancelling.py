"""A cancelled job keeps what is done; everything else of it is cancelled."""

import pytest
from sqlalchemy import delete

from db.engine import Database
from db.item_values import Failure, NewItem
from db.job_values import NewJob
from db.results.filters import ResultFilter
from db.results.reading import read_results
from db.states import ErrorCode, ItemState, JobState
from db.submissions.drafts import append_items, create_draft
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from tests.support.work.jobs import (
    cancel,
    claim,
    claim_next,
    close,
    hints,
    make_counts,
    record,
    results_of,
    status,
    submit,
    work_all,
)


def test_a_cancelled_job_keeps_its_done_items_and_cancels_waiting_ones(database: Database) -> None:
    job_id = submit(database, items=4, chunk_items=1)
    done = claim_next(database)
    assert record(database, done, results_of(done))
    assert cancel(database, job_id)
    assert close(database) == [job_id]
    job = status(database, job_id)
    assert job.state is JobState.CANCELLED
    assert job.counts == make_counts(items=4, done=1, cancelled=3)
    with database.read() as session:
        items = read_results(session, job_id, ResultFilter(), after=-1, limit=9)
    assert [item.state for item in items] == [ItemState.DONE, *[ItemState.CANCELLED] * 3]


def test_a_job_is_cancelling_until_its_running_chunk_ends(database: Database) -> None:
    job_id = submit(database, items=4, chunk_items=2)
    chunk = claim_next(database)
    assert cancel(database, job_id)
    assert close(database) == []
    assert status(database, job_id).state is JobState.CANCELLING
    assert record(database, chunk, results_of(chunk)[:1])
    assert close(database) == [job_id]
    assert status(database, job_id).counts == make_counts(items=4, done=1, cancelled=3)


def test_a_hint_of_a_cancelled_job_claims_nothing(database: Database) -> None:
    job_id = submit(database)
    [chunk_id, *_] = hints(database)
    assert cancel(database, job_id)
    assert claim(database, chunk_id) is None


def test_an_ended_job_cannot_be_cancelled(database: Database) -> None:
    job_id = submit(database)
    work_all(database)
    close(database)
    assert not cancel(database, job_id)
    assert status(database, job_id).state is JobState.COMPLETED


@pytest.mark.parametrize("items", [0, 3], ids=["empty", "with items"])
def test_a_cancelled_draft_ends_as_cancelled_with_all_its_items(
    database: Database, items: int
) -> None:
    refusal = Failure(ErrorCode.FORBIDDEN_SOURCE, "Not from there.")
    wanted = [NewItem(f"{number}", "file:///a") for number in range(items)]
    with database.write() as session:
        job_id = create_draft(session, NewJob())
        append_items(session, job_id, [*wanted, NewItem("refused", "", error=refusal)][: items + 1])
        if not items:
            session.get_one(JobRow, job_id).items = 0
            session.execute(delete(ItemRow))
    assert cancel(database, job_id)
    assert close(database) == [job_id]
    ended = status(database, job_id)
    assert ended.state is JobState.CANCELLED
    refused = min(items, 1)
    assert ended.counts == make_counts(items=items + refused, cancelled=items, failed=refused)
    with database.read() as session:
        lines = read_results(session, job_id, ResultFilter(), after=-1, limit=10)
    assert [line.state for line in lines] == [ItemState.CANCELLED] * items + [
        ItemState.FAILED
    ] * refused
