"""A job after faults, compared with a fault-free run; and what must never be left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from db.engine import Database
from db.states import ItemState
from db.tables.audience import CellRow
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from tests.faults.checks.audience import check_cube, check_measures
from tests.faults.checks.evidence import FINAL, Evidence, is_cancelled, read_audit, read_evidence
from tests.faults.checks.invariants import CHECKS, expect, most_commits


@dataclass(frozen=True, slots=True)
class Difference:
    """Compared with the fault-free run."""

    lost: int  # items or faces that should be there
    doubled: int  # items or faces that are there too often
    violations: tuple[str, ...]


def compare(
    database: Database, job_id: int, names: Sequence[str], audit: Path, retries: int = 0
) -> Difference:
    """The effect of faults on a job that has ended, and was retried at most this often."""
    committed = read_audit(audit, job_id)
    evidence = read_evidence(database, job_id, names, committed, retries)
    found = [violation for check in CHECKS for violation in check(evidence)]
    found += check_cube(database, job_id) + check_measures(database, job_id)
    return Difference(_count_lost(evidence), _count_doubled(evidence), tuple(found))


def find_remains(database: Database, job_id: int) -> list[str]:
    """What is left of an erased job besides its receipt."""
    with database.read() as session:
        job = session.get(JobRow, job_id)
        rows = [
            session.scalar(select(func.count()).where(table.job_id == job_id))
            for table in (ItemRow, ChunkRow, CellRow)
        ]
    has_receipt = job is not None and job.receipt is not None and job.erased_at is not None
    found = [] if has_receipt else [f"I7: job {job_id} is not erased"]
    return found + ([f"I7: of erased job {job_id} are left {rows}"] if any(rows) else [])


def find_repeated(database: Database) -> list[str]:
    """Submissions that were accepted more than once: each has a tag of its own."""
    with database.read() as session:
        tags = Counter(tag for tags in session.scalars(select(JobRow.tags)) for tag in tags)
    return [f"I2: submission {tag} is {jobs} jobs" for tag, jobs in tags.items() if jobs > 1]


def _count_lost(evidence: Evidence) -> int:
    """Items that did not end, and faces that are missing."""
    ended = (*FINAL, ItemState.CANCELLED) if is_cancelled(evidence) else FINAL
    items = len(evidence.names) - sum(item.state in ended for item in evidence.items)
    missing = (
        max(0, len(expect(item, evidence)) - len(evidence.faces.get(item.id, [])))
        for item in evidence.items
    )
    return max(0, items) + sum(missing)


def _count_doubled(evidence: Evidence) -> int:
    """Items committed twice, and surplus faces."""
    repeats = sum(
        max(0, times - most_commits(evidence, name)) for name, times in evidence.committed.items()
    )
    extra = (
        max(0, len(evidence.faces.get(item.id, [])) - len(expect(item, evidence)))
        for item in evidence.items
    )
    return repeats + sum(extra)
