"""The invariants find what they should: each kind of damage to a correct job is named."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.states import ChunkState, ErrorCode, ItemState, JobState
from db.submissions.drafts import accept_job
from db.tables.audience import CellRow
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from tests.faults.checks.comparison import compare, find_remains, find_repeated
from tests.faults.checks.metrics import Counters
from tests.faults.checks.progress import Progress
from tests.faults.pictures import expect_faces, expect_result, name_items
from tests.faults.soak.cases import REQUIRED_KINDS, find_missing
from tests.faults.soak.outcome import Outcome
from tests.support.work.jobs import claim, close, hints, record, status

NAMES = name_items(12, bad=1)
Damage = Callable[[Session], object]


@pytest.fixture
def job_id(database: Database) -> int:
    """A job that ran without faults."""
    with database.write() as session:
        items = [NewItem(name, f"file:///{name}") for name in NAMES]
        job_id = accept_job(session, NewJob(tags=("one",)), items, 4)
    for chunk_id in hints(database):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        assert record(database, chunk, [expect_result(item) for item in chunk.items])
    close(database)
    return job_id


def _double_a_face(session: Session) -> None:
    face = session.scalars(select(FaceRow)).first()
    values = {name: getattr(face, name) for name in FaceRow.__table__.columns.keys()}  # noqa: SIM118
    session.add(FaceRow(**{**values, "id": 10**6}))


DAMAGES: dict[str, tuple[Damage, set[str]]] = {
    "an item without an end": (
        lambda s: s.execute(update(ItemRow).values(state=ItemState.WAITING)),
        {"I1", "I3", "I5", "I7"},
    ),
    "faces that are gone": (lambda s: s.execute(delete(FaceRow)), {"I3", "I5"}),
    "a face that is there twice": (_double_a_face, {"I3", "I5"}),
    "cells that do not add up": (lambda s: s.execute(update(CellRow).values(faces=99)), {"I5"}),
    "an item that failed for another reason": (
        lambda s: s.execute(update(ItemRow).values(error_code=ErrorCode.WORKER_CRASHED)),
        {"I4", "I5"},
    ),
    "counts that are off": (lambda s: s.execute(update(ChunkRow).values(done=0)), {"I5"}),
    "a chunk that is missing": (
        lambda s: s.execute(delete(ChunkRow).where(ChunkRow.start == 0)),
        {"I6"},
    ),
    "a chunk that is still held": (
        lambda s: s.execute(update(ChunkRow).values(state=ChunkState.LEASED)),
        {"I7"},
    ),
    "a job in a wrong state": (
        lambda s: s.execute(update(JobRow).values(state=JobState.COMPLETED)),
        {"I7"},
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_named(database: Database, job_id: int, tmp_path: Path, damage: str) -> None:
    audit = tmp_path / "audit"
    assert not compare(database, job_id, NAMES, audit).violations
    do_damage, wanted = DAMAGES[damage]
    with database.write() as session:
        do_damage(session)
    found = compare(database, job_id, NAMES, audit).violations
    assert {violation[:2] for violation in found} == wanted


def test_losses_and_repeats_are_counted(database: Database, job_id: int, tmp_path: Path) -> None:
    audit = tmp_path / "audit"
    audit.write_text(f"{job_id} {NAMES[0]}\n" * 3)
    with database.write() as session:
        session.execute(delete(FaceRow))
    difference = compare(database, job_id, NAMES, audit)
    assert difference.lost == sum(len(expect_faces(name)) for name in NAMES)
    assert difference.doubled == 2
    assert any(violation.startswith("I2") for violation in difference.violations)


def test_a_job_that_is_not_erased_and_one_accepted_twice_are_named(
    database: Database, job_id: int
) -> None:
    assert len(find_remains(database, job_id)) == 2
    assert find_repeated(database) == []
    with database.write() as session:
        accept_job(session, NewJob(tags=("one",)), [NewItem("a", "file:///a")], 1)
    assert find_repeated(database) == ["I2: submission one is 2 jobs"]


def test_counts_that_shrink_or_do_not_add_up_are_named(database: Database, job_id: int) -> None:
    job = status(database, job_id)
    fewer = replace(job.counts, done=job.counts.done - 1, waiting=1)
    progress = Progress()
    assert progress.take(job) == []
    assert len(progress.take(replace(job, counts=fewer))) == 2
    assert Progress().take(replace(job, counts=replace(job.counts, waiting=1)))


def test_an_incomplete_run_names_what_is_missing() -> None:
    outcomes = [Outcome("children and workers killed every second", kinds=Counter(REQUIRED_KINDS))]
    missing = find_missing(outcomes)
    assert "case not run: a small job next to a large one" in missing
    assert not [one for one in missing if one.startswith("child killed")]
    outcomes[0].kinds["child killed"] = 7
    assert "child killed: 7 of 200" in find_missing(outcomes)


METRICS = """# TYPE seen_total counter
seen_total{{state="done"}} {done}
{more}
# TYPE queued gauge
queued {queued}
"""


def test_a_counter_that_falls_or_is_gone_is_named() -> None:
    counters, one_more = Counters(), 'seen_total{state="failed"} 1'
    assert counters.take(METRICS.format(done=7, more=one_more, queued=9)) == []
    assert counters.take(METRICS.format(done=7, more=one_more, queued=1)) == []
    [fell] = counters.take(METRICS.format(done=6, more=one_more, queued=1))
    assert fell == "I10: seen_total{'state': 'done'} fell from 7 to 6"
    [gone] = counters.take(METRICS.format(done=6, more="", queued=1))
    assert gone == "I10: seen_total{'state': 'failed'} fell from 1 to None"
