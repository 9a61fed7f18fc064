"""A job that stops once a share is known, and continues exactly where it stopped."""

import pytest
from sqlalchemy import select

from db.audience.table import Audience
from db.chunks.leases import claim_chunk
from db.chunks.release import release_rest
from db.chunks.window import choose_hints
from db.engine import Database
from db.item_values import NewItem
from db.job_values import JobOptions, NewJob
from db.jobs.erasure import erase_job
from db.jobs.pausing import pause_if_known, read_sampled_jobs, resume_job
from db.results.recording import record_results
from db.slices.queries import AudienceQuery, SliceQuery
from db.states import JobState, PauseReason
from db.stop_rules import StopRule
from db.submissions.drafts import accept_job
from db.tables.chunks import ChunkRow
from models.statistics.sampling import FEWEST_RUNS
from tests.support.models.packs import PACKS
from tests.support.run.databases import on_one_database
from tests.support.work.audiences import read_audience
from tests.support.work.jobs import claim, close, hints, make_face, record, results_of, status

# Runs of one item each.
ITEMS = 120
PEOPLE = (make_face(30, 0.95), make_face(50, 0.05))


def submit(database: Database, rule: str = "female:0.1", items: int = ITEMS) -> int:
    named = [NewItem(f"{number}.jpg", f"file:///{number}.jpg") for number in range(items)]
    with database.write() as session:
        return accept_job(session, NewJob(options=JobOptions(stop_when=rule)), named, 32)


def work(database: Database, chunks: int) -> list[int]:
    """Where these chunks begin, in the order in which they were analyzed: in one transaction, as
    there are hundreds."""
    worked: list[int] = []
    with database.write() as session:
        for chunk_id in choose_hints(session, chunks, -1.0)[:chunks]:
            chunk = claim_chunk(session, chunk_id, f"{chunk_id}", "host:1:2", 60.0, PACKS)
            assert chunk is not None
            number = int(chunk.items[0].name.removesuffix(".jpg"))
            found = results_of(chunk, [PEOPLE[number % 2]])
            assert record_results(session, chunk, found, gender_min_probability=0.6)
            worked.append(number)
    return worked


def estimate(database: Database, job_id: int) -> bool:
    with database.write() as session:
        return pause_if_known(session, job_id)


def read(database: Database, job_id: int) -> Audience:
    query = AudienceQuery((), by_age_band=False, slices=SliceQuery(job_id=job_id))
    with database.read() as session:
        return read_audience(session, query)


def test_a_job_stops_when_its_share_is_known_and_continues_exactly(database: Database) -> None:
    job_id = submit(database)
    worked = work(database, FEWEST_RUNS - 1)
    assert worked != sorted(worked)
    assert not estimate(database, job_id)
    worked += work(database, 11)
    assert estimate(database, job_id)
    job = status(database, job_id)
    assert job.state is JobState.PAUSED
    assert job.paused is not None
    assert job.paused.code is PauseReason.KNOWN
    assert "from 90 of 120 items" in job.paused.message
    assert job.sample is not None
    assert job.sample.is_known
    [found] = job.sample.estimates
    assert found.items == 90
    assert found.low < 0.5 < found.high < found.low + 0.2
    assert hints(database) == []
    with database.write() as session:
        assert resume_job(session, job_id)
        assert read_sampled_jobs(session) == []
    worked += work(database, 1000)
    assert sorted(worked) == list(range(ITEMS))
    assert close(database) == [job_id]
    assert read(database, job_id).faces == ITEMS
    with database.write() as session:
        erase_job(session, job_id)
    assert status(database, job_id).sample is None


def test_only_what_precedes_the_first_open_chunk_counts(
    database: Database,
) -> None:
    job_id = submit(database)
    first = claim(database, hints(database, resend_seconds=-1)[0])
    assert first is not None
    work(database, 90)
    assert not estimate(database, job_id)
    assert record(database, first, results_of(first, PEOPLE))
    assert estimate(database, job_id)


def test_the_rest_of_a_chunk_keeps_its_place_in_the_order(database: Database) -> None:
    job_id = submit(database, items=800)
    first = claim(database, hints(database, resend_seconds=-1)[0])
    assert first is not None
    with database.write() as session:
        part = release_rest(session, first, 1)
        assert part is not None
        rest = int(part.items[0].name.removesuffix(".jpg")) + 1
        draws = select(ChunkRow.draw).where(ChunkRow.start == rest)
        assert session.scalars(draws).all() == [1]
        assert choose_hints(session, 1, -1.0) != [first.id]
    assert status(database, job_id).counts.items == 800


@on_one_database
def test_estimates_are_few(database: Database) -> None:
    job_id = submit(database, "female:0.002")
    work(database, FEWEST_RUNS)
    for _ in range(6):
        work(database, 6)
        assert not estimate(database, job_id)
        assert not estimate(database, job_id)
    job = status(database, job_id)
    assert job.sample is not None
    widths = [one.high - one.low for one in job.sample.estimates]
    assert 3 <= len(widths) <= 5
    assert widths == sorted(widths, reverse=True)


def test_the_order_of_other_jobs_is_that_of_their_items(database: Database) -> None:
    named = [NewItem(f"{number}.jpg", f"file:///{number}.jpg") for number in range(60)]
    with database.write() as session:
        accept_job(session, NewJob(), named, 2)
    worked = work(database, 100)
    assert worked == sorted(worked)
    with database.read() as session:
        assert session.scalars(select(ChunkRow.draw).distinct()).all() == [0]


@pytest.mark.parametrize(
    "text", ["female", "female:0", "female:0.3", "f:0.02", "40-30:0.02", "female:nan", ":0.02", ""]
)
def test_a_rule_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"25-34:0\.03"):
        StopRule.parse(text)


@pytest.mark.parametrize("text", ["female:0.02", "male:0.1", "18-24:0.005"])
def test_a_rule_is_written_as_it_is_read(text: str) -> None:
    assert str(StopRule.parse(text)) == text
