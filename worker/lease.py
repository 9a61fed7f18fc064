"""A chunk that this process has leased, and the loss of its lease."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from db.chunks.crashes import rescue_chunk
from db.chunks.leases import LeaseStatus, mark_current_item, renew_lease
from db.counters import add_counts
from db.engine import Database
from db.item_values import ClaimedChunk
from db.results.recording import was_recorded
from models.errors import FacetallyError
from worker.stages import Stage, StageTimes

logger = logging.getLogger(__name__)

RENEWALS_PER_LEASE = 6
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 1.0

# Writes rows of the chunk; False where the lease was lost, and then nothing is written.
Change = Callable[[Session], bool]


class LeaseLost(FacetallyError):
    """The lease is gone: discard the work."""


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """How long a chunk may be held: `work_seconds`, or until `is_ending` returns true."""

    lease_seconds: float  # a lease ends this long after its last renewal
    work_seconds: float
    is_ending: Callable[[], bool]


class HeldChunk:
    """A chunk under the lease of this process, which knows when to stop and what may be written.

    Renewals happen between items and frames: a worker that hangs in a native call loses its lease.
    """

    def __init__(
        self, chunk: ClaimedChunk, database: Database, terms: LeaseTerms, times: StageTimes
    ) -> None:
        self.chunk = chunk
        self.times = times
        self.database = database
        self._terms = terms
        self._started = monotonic()
        self._next_renewal = self._started + terms.lease_seconds / RENEWALS_PER_LEASE
        self._is_cancelling = False
        self.was_stopped = False  # whether `should_stop` has been true
        self.was_recorded = False
        # How the watchdog sees that work goes on.
        self.steps = 0
        self.is_waiting_for_database = False

    @property
    def log_fields(self) -> dict[str, object]:
        """Which chunk it is, for every line of logs about it."""
        return {
            "request_id": self.chunk.request_id,
            "job_id": self.chunk.job_id,
            "chunk_id": self.chunk.id,
        }

    @property
    def elapsed_seconds(self) -> float:
        """Since the chunk was claimed."""
        return monotonic() - self._started

    def has_used(self, share: float) -> bool:
        """Whether more than this share of the time for one chunk has passed."""
        return self.elapsed_seconds > share * self._terms.work_seconds

    def should_stop(self) -> bool:
        """Renew the lease if that is due, raising LeaseLost; whether to record what is done and
        stop: the job is being cancelled, this process is ending, or time is up. Once true, it
        stays true."""
        self.renew()
        if self._is_cancelling or self._terms.is_ending() or self.has_used(1.0):
            self.was_stopped = True
        return self.was_stopped

    def renew(self) -> None:
        """Renew the lease if that is due; raises LeaseLost."""
        self.steps += 1
        if monotonic() < self._next_renewal:
            return
        self._next_renewal = monotonic() + self._terms.lease_seconds / RENEWALS_PER_LEASE
        try:
            with self._waiting_for_database(), self.database.write() as session:
                lease = renew_lease(
                    session, self.chunk.id, self.chunk.token, self._terms.lease_seconds
                )
        except DBAPIError:
            # Whether the chunk is still ours is checked again when it is recorded.
            logger.warning("lease could not be renewed", extra={"chunk_id": self.chunk.id})
            return
        if lease is LeaseStatus.LOST:
            raise LeaseLost
        self._is_cancelling = self._is_cancelling or lease is LeaseStatus.CANCELLING

    def mark_current_item(self, item_id: int | None) -> None:
        """Note the current item, so that a crash can be attributed to it."""
        self.write(
            lambda session: mark_current_item(session, self.chunk.id, self.chunk.token, item_id)
        )

    def write(self, change: Change) -> None:
        """Commit a change during the work; raises LeaseLost."""
        if not self._commit(change):
            raise LeaseLost

    def record(self, change: Change) -> None:
        """Commit the change that ends the lease, once even if a commit breaks; raises LeaseLost."""
        taken = self.times.take()

        def record(session: Session) -> bool:
            if not change(session):
                return was_recorded(session, self.chunk)
            add_counts(session, taken)
            return True

        try:
            with self.times.measure(Stage.RECORD):
                self.write(record)
            self.was_recorded = True
        except BaseException:
            self.times.put_back(taken)
            raise

    def _commit(self, change: Change) -> bool:
        """Try until it is committed, or until the lease would have ended."""
        with self._waiting_for_database():
            return self._try_to_commit(change)

    @contextmanager
    def _waiting_for_database(self) -> Iterator[None]:
        self.is_waiting_for_database = True
        try:
            yield
        finally:
            self.steps += 1
            self.is_waiting_for_database = False

    def _try_to_commit(self, change: Change) -> bool:
        deadline = monotonic() + self._terms.lease_seconds
        pause_seconds = FIRST_PAUSE_SECONDS
        while True:
            try:
                with self.database.write() as session:
                    return change(session)
            except (OperationalError, InterfaceError):
                if monotonic() + pause_seconds > deadline:
                    raise
                logger.warning("retrying a change", extra={"chunk_id": self.chunk.id})
                sleep(pause_seconds)
                pause_seconds = min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    def report_crash(self) -> None:
        """Count a crash of the chunk, so that the item that caused it ends up alone."""
        self._report(timed_out=False)

    def report_hang(self) -> None:
        """The same where the work does not end; an item that is alone in hand fails."""
        self._report(timed_out=True)

    def report_loss(self) -> None:
        """The same where a device failed, as if nobody had seen why: the item may not be to blame,
        and fails only after many such losses."""
        self._report(timed_out=False, seen=False)

    def _report(self, *, timed_out: bool, seen: bool = True) -> None:
        try:
            with self.database.write() as session:
                rescue_chunk(
                    session, self.chunk.id, self.chunk.token, seen=seen, timed_out=timed_out
                )
        except DBAPIError:
            # The lease expires, and then the dispatcher requeues the chunk.
            logger.warning("chunk was left to its lease", extra={"chunk_id": self.chunk.id})
