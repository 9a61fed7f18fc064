"""Claims, records, crashes, cancellations, retries and erasures in any order that hypothesis can
think of: after each step the rows of every job agree with each other and with what was recorded.
"""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from db.chunks.crashes import rescue_chunk
from db.chunks.leases import LeaseStatus, mark_current_item, read_expired_leases, renew_lease
from db.clock import DatabaseTime
from db.counts.cube import fold_deltas
from db.engine import Database
from db.item_values import ClaimedChunk, NewItem
from db.job_values import NewJob, Priority
from db.jobs.cancelling import cancel_job
from db.jobs.erasure import erase_job, finish_erasure, read_jobs_to_erase, remove_erased
from db.jobs.retrying import retry_job
from db.jobs.status import read_job
from db.results.recording import record_results
from db.states import ChunkState, ItemState
from db.submissions.drafts import accept_job
from db.tables.audience import CubeRow, DeltaRow
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow
from tests.faults.checks.evidence import Evidence, read_evidence
from tests.faults.checks.invariants import (
    GENDER_MIN_PROBABILITY,
    check_cells,
    check_commits,
    check_faces,
    check_tiles,
    count_rows,
    read_counts,
)
from tests.faults.checks.progress import Progress
from tests.faults.pictures import BAD, expect_result, kind_of, name_items
from tests.support.work.jobs import claim, close, hints

WINDOW = 6
MOST_JOBS = 2
AN_HOUR = 3600.0
SOAK = (pytest.mark.soak, pytest.mark.timeout(3600))


class Machine(RuleBasedStateMachine):
    """One database, a few jobs, and any number of workers, dead or alive."""

    leases = Bundle("leases")

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.names: dict[int, list[str]] = {}
        self.progress: dict[int, Progress] = {}
        self.hints: list[int] = []
        self.holders: dict[int, str] = {}  # tokens that may record, by chunk
        self.committed: dict[int, Counter[str]] = {}
        self.retries: Counter[int] = Counter()
        self.erased: set[int] = set()
        self.tokens = 0

    def teardown(self) -> None:
        with self.database.write() as session:
            for table in (DeltaRow, CubeRow, JobRow):
                session.execute(delete(table))

    @precondition(lambda self: len(self.names) < MOST_JOBS)
    @rule(
        items=st.integers(1, 9), chunk_items=st.integers(1, 5), priority=st.sampled_from(Priority)
    )
    def submit(self, items: int, chunk_items: int, priority: Priority) -> None:
        names = name_items(items, bad=items // 4)
        new = [NewItem(name, f"file:///{name}") for name in names]
        with self.database.write() as session:
            job_id = accept_job(session, NewJob(priority=priority), new, chunk_items)
        self.names[job_id], self.progress[job_id] = names, Progress()
        self.committed[job_id] = Counter()

    @precondition(lambda self: self.names)
    @rule(resend_seconds=st.sampled_from([AN_HOUR, -1.0]))
    def send(self, resend_seconds: float) -> None:
        chosen = hints(self.database, WINDOW, resend_seconds)
        assert len(chosen) == len(set(chosen)) <= WINDOW
        assert not set(chosen) & set(self.holders)
        self.hints += chosen

    @precondition(lambda self: self.hints)
    @rule(target=leases, data=st.data())
    def take(self, data: Any) -> Any:
        """A hint arrives: again, late, or for the first time."""
        chunk_id = data.draw(st.sampled_from(self.hints))
        self.tokens += 1
        token = f"task:{self.tokens}"
        chunk = claim(self.database, chunk_id, token)
        if chunk is None:
            return multiple()
        assert chunk_id not in self.holders
        self.holders[chunk_id] = token
        return chunk

    @rule(chunk=leases, share=st.sampled_from([1.0, 1.0, 0.5, 0.0]))
    def record(self, chunk: ClaimedChunk, share: float) -> None:
        """For any lease, also one that was lost or recorded; all items, or those that are done."""
        done = chunk.items[: round(share * len(chunk.items))]
        results = [expect_result(item) for item in done]
        with self.database.write() as session:
            recorded = record_results(
                session, chunk, results, gender_min_probability=GENDER_MIN_PROBABILITY
            )
        assert recorded == self._is_held(chunk)
        if recorded:
            del self.holders[chunk.id]
            self.committed[chunk.job_id].update(item.name for item in done)

    @rule(chunk=leases)
    def renew(self, chunk: ClaimedChunk) -> None:
        assert (self._renew(chunk) is not LeaseStatus.LOST) == self._is_held(chunk)

    def _renew(self, chunk: ClaimedChunk) -> LeaseStatus:
        with self.database.write() as session:
            return renew_lease(session, chunk.id, chunk.token, 60)

    @rule(chunk=leases, data=st.data())
    def mark(self, chunk: ClaimedChunk, data: Any) -> None:
        item_id = data.draw(st.sampled_from([None, *(item.id for item in chunk.items)]))
        with self.database.write() as session:
            marked = mark_current_item(session, chunk.id, chunk.token, item_id)
        assert marked == self._is_held(chunk)

    @rule(chunk=leases, seen=st.booleans())
    def crash(self, chunk: ClaimedChunk, seen: bool) -> None:
        with self.database.write() as session:
            crashed = rescue_chunk(session, chunk.id, chunk.token, seen=seen)
            _prolong_pauses(session)
        assert crashed == self._is_held(chunk)
        if self._is_held(chunk):
            del self.holders[chunk.id]

    @precondition(lambda self: self.holders)
    @rule()
    def expire_and_rescue(self) -> None:
        """All leases expire, and two dispatchers notice."""
        ended = update(ChunkRow).where(ChunkRow.state == ChunkState.LEASED)
        with self.database.write() as session:
            session.execute(ended.values(lease_until=DatabaseTime(-1)))
            expired = read_expired_leases(session)
        assert dict(expired) == self.holders
        for chunk_id, token in [*expired, *expired]:
            with self.database.write() as session:
                crashed = rescue_chunk(session, chunk_id, token, seen=False)
                _prolong_pauses(session)
            assert crashed == (self.holders.pop(chunk_id, None) is not None)

    @rule()
    def let_time_pass(self) -> None:
        """The pause after a crash ends, and hints count as lost."""
        with self.database.write() as session:
            session.execute(
                update(ChunkRow).values(not_before=DatabaseTime(-1), sent_at=DatabaseTime(-1000))
            )

    @precondition(lambda self: self.names)
    @rule(data=st.data(), what=st.sampled_from([cancel_job, retry_job, retry_job, erase_job]))
    def change(self, data: Any, what: Any) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.names)))
        with self.database.write() as session:
            changed = what(session, job_id)
        if what is retry_job:
            self.retries[job_id] += bool(changed)
        if what is erase_job:
            self.erased.add(job_id)
            chunk_ids = set(self._read_chunk_ids())
            self.holders = {
                chunk: token for chunk, token in self.holders.items() if chunk in chunk_ids
            }

    def _read_chunk_ids(self) -> list[int]:
        with self.database.read() as session:
            return [chunk.id for chunk in session.query(ChunkRow.id)]

    @rule()
    def close(self) -> None:
        close(self.database)

    @precondition(lambda self: self.erased)
    @rule()
    def remove(self) -> None:
        with self.database.write() as session:
            for job in read_jobs_to_erase(session):
                assert remove_erased(session, job.id)
                fold_deltas(session)
                finish_erasure(session, job.id)

    @invariant()
    def the_rows_agree(self) -> None:
        for job_id, names in self.names.items():
            with self.database.read() as session:
                job = read_job(session, job_id)
            assert job is not None
            assert not self.progress[job_id].take(job)
            if job_id not in self.erased:
                self._check(job_id, names)

    def _check(self, job_id: int, names: list[str]) -> None:
        evidence = read_evidence(
            self.database, job_id, names, self.committed[job_id], self.retries[job_id]
        )
        for check in (check_faces, check_cells, check_tiles, check_commits):
            assert not check(evidence), check(evidence)
        _check_chunks(evidence)
        done = {item.name for item in evidence.items if item.state == ItemState.DONE}
        recorded = {name for name in self.committed[job_id] if kind_of(name) != BAD}
        assert done == recorded

    def _is_held(self, chunk: ClaimedChunk) -> bool:
        return self.holders.get(chunk.id) == chunk.token


def _prolong_pauses(session: Session) -> None:
    """Only `let_time_pass` ends them: else the speed of the machine decides what comes next."""
    waits = ChunkRow.not_before > DatabaseTime()
    session.execute(update(ChunkRow).where(waits).values(not_before=DatabaseTime(AN_HOUR)))


def _check_chunks(evidence: Evidence) -> None:
    """Except cancelled items, which are marked when their job is closed."""
    for chunk in evidence.counted:
        done, failed, _, *others = count_rows(chunk, evidence)
        counts = read_counts(chunk)
        assert (done, failed, *others) == (*counts[:2], *counts[3:])


@pytest.mark.parametrize(
    ("database", "examples", "steps"),
    [
        ("sqlite", 25, 30),
        # Its statements are the same, and take longer.
        ("postgresql", 8, 30),
        pytest.param("sqlite", 500, 50, marks=SOAK),
        pytest.param("postgresql", 500, 50, marks=SOAK),
    ],
    indirect=["database"],
)
def test_rows_agree_whatever_happens_in_any_order(
    database: Database, examples: int, steps: int
) -> None:
    run_state_machine_as_test(
        lambda: Machine(database),
        settings=settings(
            derandomize=True,
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
