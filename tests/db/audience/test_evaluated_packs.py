"""An evaluation corrects only what its own pack has analyzed."""

from dataclasses import replace

import pytest

from db.audience.evaluated_packs import require_pack
from db.engine import Database
from db.jobs.erasure import erase_job
from db.slices.queries import SliceQuery
from models.errors import CalibrationError
from tests.support.models.packs import PACK, make_version
from tests.support.work.evaluations import make_evaluation
from tests.support.work.jobs import claim, hints, submit

NEWER = make_version(version="2")


@pytest.fixture
def jobs(database: Database) -> tuple[int, int]:
    """A job of the evaluated version, and one of a newer one; a third waits for a worker."""
    first = submit(database, items=1)
    for chunk_id in hints(database):
        claim(database, chunk_id)
    second = submit(database, items=1)
    for chunk_id in hints(database):
        claim(database, chunk_id, packs={NEWER.name: NEWER})
    submit(database)
    return first, second


def test_jobs_of_the_evaluated_pack_can_be_corrected(
    database: Database, jobs: tuple[int, int]
) -> None:
    newer = replace(make_evaluation(), pack=NEWER)
    with database.read() as session:
        require_pack(session, SliceQuery(jobs[0]), make_evaluation())
        require_pack(session, SliceQuery(jobs[1]), newer)
        require_pack(session, SliceQuery(tag="nobody's"), make_evaluation())


@pytest.mark.parametrize("in_job", [True, False], ids=["that job", "all jobs"])
def test_a_job_of_another_version_is_named_in_the_refusal(
    database: Database, jobs: tuple[int, int], in_job: bool
) -> None:
    query = SliceQuery(jobs[1] if in_job else None)
    sentence = (
        rf"measured the pack default 1 \({PACK.sha256[:8]}\), but job {jobs[1]} was analyzed "
        rf"with default 2 \({NEWER.sha256[:8]}\)"
    )
    with database.read() as session, pytest.raises(CalibrationError, match=sentence):
        require_pack(session, query, make_evaluation())


def test_erased_jobs_are_not_counted_and_do_not_matter(
    database: Database, jobs: tuple[int, int]
) -> None:
    with database.write() as session:
        erase_job(session, jobs[1])
    with database.read() as session:
        require_pack(session, SliceQuery(), make_evaluation())
