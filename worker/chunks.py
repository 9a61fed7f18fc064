"""Step 4: a chunk is claimed, its items are analysed, and what became of them is recorded."""

import logging
import os
import socket
from secrets import token_hex
from time import monotonic, sleep

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from db.engine import Database
from db.leases import claim_chunk, crash_chunk
from db.recording import record_results, was_recorded
from db.values import ClaimedChunk, ItemResult, ThumbnailKind
from worker.analysis import Analysis
from worker.renewal import LeaseLost, Renewal
from worker.settings import Settings

logger = logging.getLogger(__name__)


class ChunkWorker:
    """Works on one chunk after another; opened once per process, after the fork."""

    def __init__(self, settings: Settings, database: Database, analysis: Analysis) -> None:
        self._settings = settings
        self._database = database
        self._analysis = analysis
        self._name = f"{socket.gethostname()}:{os.getpid()}"

    def run(self, chunk_id: int, task_id: str) -> None:
        """Do all of a chunk, or nothing: a late hint, a lost lease or a fault changes no row."""
        token = f"{task_id}:{token_hex(8)}"
        started = monotonic()
        chunk = self._claim(chunk_id, token)
        if chunk is None:
            return
        try:
            results = self._analyse(chunk)
            recorded = self._record(chunk, results)
        except LeaseLost:
            recorded = False
        except (OperationalError, InterfaceError):
            # No fault of the chunk: it comes back when its lease ends.
            logger.exception("database took no results", extra={"chunk_id": chunk.id})
            return
        except Exception:
            logger.exception("chunk failed", extra={"chunk_id": chunk.id, "job_id": chunk.job_id})
            self._give_up(chunk)
            return
        logger.info(
            "chunk recorded" if recorded else "chunk dropped, its lease had moved on",
            extra={
                "job_id": chunk.job_id,
                "chunk_id": chunk.id,
                "items": len(chunk.items),
                "milliseconds": round((monotonic() - started) * 1000),
            },
        )

    def _claim(self, chunk_id: int, token: str) -> ClaimedChunk | None:
        try:
            with self._database.write() as session:
                return claim_chunk(
                    session, chunk_id, token, self._name, self._settings.lease_seconds
                )
        except DBAPIError:
            # The dispatcher sends the hint again when nobody has claimed the chunk.
            logger.warning("chunk could not be claimed", extra={"chunk_id": chunk_id})
            return None

    def _analyse(self, chunk: ClaimedChunk) -> list[ItemResult]:
        """Results of the items in order; fewer than all where the job was cancelled meanwhile."""
        return self._analysis.run(
            chunk.items,
            thumbnails=chunk.options.thumbnails is ThumbnailKind.ANNOTATED,
            says_stop=Renewal(self._database, chunk, self._settings.lease_seconds).says_stop,
        )

    def _record(self, chunk: ClaimedChunk, results: list[ItemResult]) -> bool:
        """Record once, however often the connection breaks, until the lease would have ended."""
        deadline = monotonic() + self._settings.lease_seconds
        pause_seconds = 0.05
        while True:
            try:
                with self._database.write() as session:
                    return record_results(
                        session,
                        chunk,
                        results,
                        gender_min_probability=self._settings.gender_min_probability,
                    ) or was_recorded(session, chunk)
            except (OperationalError, InterfaceError):
                if monotonic() + pause_seconds > deadline:
                    raise
                logger.warning("recording is tried again", extra={"chunk_id": chunk.id})
                sleep(pause_seconds)
                pause_seconds = min(pause_seconds * 2, 1.0)

    def _give_up(self, chunk: ClaimedChunk) -> None:
        """Take the chunk for crashed, so that an item that is to blame ends up alone."""
        try:
            with self._database.write() as session:
                crash_chunk(session, chunk.id, chunk.token)
        except DBAPIError:
            # The lease ends by itself, and the dispatcher takes the chunk back then.
            logger.warning("chunk was left to its lease", extra={"chunk_id": chunk.id})
