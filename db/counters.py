"""What has happened so far, as numbers that never fall: counted by the transactions that do it.

Reading them costs the same however many jobs and chunks there are, or were before they were erased.
"""

import json
import os
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.bulk import add_to_rows
from db.engine import do_last
from db.tables.counters import CounterRow

# Each process counts in one of these rows of a counter.
SHARDS = 16
SUM = "sum"
_PENDING = "facetally_counted"


class Counter(StrEnum):
    """What is counted; in parentheses, its labels."""

    JOBS_SUBMITTED = "jobs_submitted"  # jobs that were accepted, drafts included
    JOBS_ENDED = "jobs_ended"  # (state) jobs that got a final state, again after each retry
    JOBS_PAUSED = "jobs_paused"  # (reason)
    ITEMS_QUEUED = "items_queued"  # items that began to wait for workers, again at each retry
    ITEMS_ENDED = "items_ended"  # (state) of those, the ones that ended
    ITEMS_RETRIED = "items_retried"  # of those that were queued, the ones that had failed before
    ITEM_ERRORS = "item_errors"  # (code) failures, those at submission included
    FACES = "faces"  # faces found
    CHUNKS_CLAIMED = "chunks_claimed"  # leases given
    CHUNKS_RELEASED = "chunks_released"  # leases returned with work left
    CHUNKS_SPLIT = "chunks_split"  # chunks divided after crashes
    CHUNK_CRASHES = "chunk_crashes"  # (cause) leases taken back
    LEASES_EXPIRED = "leases_expired"  # of those, the ones that had run out
    LEASES_LOST = "leases_lost"  # results that were discarded, as another worker has the chunk
    SELF_CHECKS = "self_checks"  # (result) inferences of a worker with a known result
    WEBHOOK_ATTEMPTS = "webhook_attempts"  # (state) messages sent, by their state afterwards
    HTTP_REQUESTS = "http_requests"  # (method, route, status)


class Histogram(StrEnum):
    """What is measured in seconds; in parentheses, its labels."""

    STAGE_SECONDS = "stage_seconds"  # (stage)
    HTTP_REQUEST_SECONDS = "http_request_seconds"  # (route)


# The upper bounds of the buckets. The last one has none.
BOUNDS = {
    Histogram.STAGE_SECONDS: (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0),
    Histogram.HTTP_REQUEST_SECONDS: (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0),
}
Key = tuple[str, tuple[str, ...]]
Amounts = defaultdict[Key, float]


def count(session: Session, counter: Counter, *labels: str, amount: int = 1) -> None:
    """Count with this transaction: what is rolled back is not counted."""
    add_counts(session, {(counter, labels): float(amount)})


def add_counts(session: Session, counts: Mapping[Key, float]) -> None:
    """Count all of these with this transaction."""
    if _PENDING not in session.info:
        session.info[_PENDING] = defaultdict(float)
        do_last(session, _write)
    pending: Amounts = session.info[_PENDING]
    for key, amount in counts.items():
        pending[key] += amount


def _write(session: Session) -> None:
    """As the last statement of a transaction, so that the rows are locked for no longer than the
    commit takes; in order, so that no two transactions wait for each other."""
    session.flush()
    shard = os.getpid() % SHARDS
    pending: Amounts = session.info.pop(_PENDING)
    rows = [
        {"name": str(name), "labels": json.dumps(labels), "shard": shard, "value": amount}
        for (name, labels), amount in sorted(pending.items())
        if amount
    ]
    add_to_rows(session, CounterRow, rows)


def read_counts(session: Session) -> dict[str, dict[tuple[str, ...], float]]:
    """What was counted so far, by name and labels; buckets of histograms are not cumulated."""
    query = select(CounterRow.name, CounterRow.labels, func.sum(CounterRow.value)).group_by(
        CounterRow.name, CounterRow.labels
    )
    counts: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
    for name, labels, value in session.execute(query):
        counts[name][tuple(json.loads(labels))] = value
    return counts


class Counts:
    """Counts of a process until a transaction takes them; several threads may add to them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._amounts: Amounts = defaultdict(float)

    def add(self, counter: Counter, *labels: str) -> None:
        self.put_back({(counter, labels): 1.0})

    def observe(self, histogram: Histogram, seconds: float, *labels: str) -> None:
        """Add a duration to its bucket, and to the sum."""
        bucket = str(bisect_left(BOUNDS[histogram], seconds))
        self.put_back({(histogram, (*labels, bucket)): 1.0, (histogram, (*labels, SUM)): seconds})

    def take(self) -> dict[Key, float]:
        """All that was added since the last time."""
        with self._lock:
            taken = dict(self._amounts)
            self._amounts.clear()
        return taken

    def put_back(self, taken: Mapping[Key, float]) -> None:
        """Return what was taken for a transaction that failed."""
        with self._lock:
            for key, amount in taken.items():
                self._amounts[key] += amount
