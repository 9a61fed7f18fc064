"""Claims chunks for this process."""

import logging
import os
import socket
from contextlib import suppress
from secrets import token_hex

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.chunks.leases import claim_chunk
from db.chunks.release import release_chunk
from db.chunks.window import forget_hints
from db.counters import Counter, count
from db.engine import Database
from db.item_values import ClaimedChunk
from db.processes import withdraw_pack
from worker.lease import HeldChunk, LeaseTerms
from worker.packs.analyzers import Analyzers
from worker.stages import StageTimes

logger = logging.getLogger(__name__)


class Claimer:
    """Opened once per process, after the fork; it claims chunks whose packs this process has, and
    they are held on these terms."""

    def __init__(self, database: Database, terms: LeaseTerms, analyzers: Analyzers) -> None:
        self._database = database
        self._terms = terms
        self._analyzers = analyzers
        self._times = StageTimes()
        self._main_process = f"{socket.gethostname()}:{os.getppid()}"
        self._pool_child = f"{self._main_process}:{os.getpid()}"

    @property
    def lease_seconds(self) -> float:
        return self._terms.lease_seconds

    def claim(self, chunk_id: int, task_id: str) -> HeldChunk | None:
        """The chunk; None for a late or duplicate hint, or where this process is ending."""
        if self._terms.is_ending():
            self._leave(chunk_id)
            return None
        try:
            with self._database.write() as session:
                chunk = self.take(session, chunk_id, f"{task_id}:{token_hex(8)}")
        except DBAPIError:
            # The dispatcher sends the hint again if nobody has claimed the chunk.
            logger.warning("chunk could not be claimed", extra={"chunk_id": chunk_id})
            return None
        return None if chunk is None else self.hold(chunk)

    def _leave(self, chunk_id: int) -> None:
        """Leave a chunk to others: its hint is sent again at once."""
        with suppress(DBAPIError), self._database.write() as session:
            forget_hints(session, [chunk_id])

    def take(self, session: Session, chunk_id: int, token: str) -> ClaimedChunk | None:
        return claim_chunk(
            session,
            chunk_id,
            token,
            self._pool_child,
            self._terms.lease_seconds,
            self._analyzers.versions,
        )

    def hold(self, chunk: ClaimedChunk) -> HeldChunk:
        return HeldChunk(chunk, self._database, self._terms, self._times)

    def note_loss(self) -> None:
        """Count a chunk whose lease was lost."""
        with suppress(DBAPIError), self._database.write() as session:
            count(session, Counter.LEASES_LOST)

    def give_back(self, held: HeldChunk) -> None:
        """Release a chunk whose pack turned out to be unusable here, and claim none of it again;
        raises LeaseLost."""

        def release(session: Session) -> bool:
            withdraw_pack(session, f"worker@{self._main_process}", held.chunk.options.pack)
            return release_chunk(session, held.chunk)

        held.record(release)
