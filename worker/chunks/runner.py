"""Step 4: a chunk is claimed, its items are analyzed, and what became of them is recorded."""

import logging
import os
import socket
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from secrets import token_hex
from time import monotonic, sleep

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from db.chunks.crashes import rescue_chunk
from db.chunks.leases import claim_chunk, mark_current_item
from db.chunks.window import forget_hints
from db.engine import Database
from db.item_values import ClaimedChunk, ClaimedItem, ItemResult, RecordedPicture
from db.results.duplicates import find_recorded
from db.results.recording import record_results, was_recorded
from db.states import ChunkKind
from worker.lease import LeaseLost, Renewal
from worker.pictures.analysis import Analysis
from worker.settings import Settings
from worker.videos.runner import VideoWorker

logger = logging.getLogger(__name__)


class ChunkWorker:
    """Works on one chunk after another; opened once per process, after the fork.

    Where `is_ending` says so, or after `work_seconds`, the rest of a chunk is given back.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        analysis: Analysis,
        is_ending: Callable[[], bool],
        work_seconds: float,
    ) -> None:
        self._settings = settings
        self._database = database
        self._analysis = analysis
        self._is_ending = is_ending
        self._work_seconds = work_seconds
        self._videos = VideoWorker(settings, database, analysis, self._insist, work_seconds)
        self._name = f"{socket.gethostname()}:{os.getppid()}:{os.getpid()}"

    def run(self, chunk_id: int, task_id: str) -> None:
        """Record what was done of a chunk; a late hint, a lost lease or a fault changes no row."""
        if self._is_ending():
            self._leave(chunk_id)
            return
        token = f"{task_id}:{token_hex(8)}"
        started = monotonic()
        chunk = self._claim(chunk_id, token)
        if chunk is None:
            return
        try:
            recorded = self._work(chunk)
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
                "kind": chunk.kind.value,
                "items": len(chunk.items),
                "milliseconds": round((monotonic() - started) * 1000),
            },
        )

    def _leave(self, chunk_id: int) -> None:
        """Leave a chunk to others: its hint is sent anew, at once."""
        with suppress(DBAPIError), self._database.write() as session:
            forget_hints(session, [chunk_id])

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

    def _work(self, chunk: ClaimedChunk) -> bool:
        renewal = Renewal(self._database, chunk, self._settings.lease_seconds)
        deadline = monotonic() + self._work_seconds

        def says_stop() -> bool:
            return renewal.says_stop() or self._is_ending() or monotonic() > deadline

        if chunk.kind is not ChunkKind.ITEMS:
            return self._videos.work(chunk, says_stop)
        results = self._analyze(chunk, says_stop)
        if len(chunk.items) == 1 and results and results[0].is_video:
            return self._videos.work(chunk, says_stop)
        return self._record(chunk, results)

    def _analyze(self, chunk: ClaimedChunk, says_stop: Callable[[], bool]) -> list[ItemResult]:
        """Results of the items in order; fewer than all where the work has to stop before."""
        if chunk.crashes:
            return self._analyze_carefully(chunk, says_stop)
        return self._run(chunk, chunk.items, says_stop)

    def _analyze_carefully(
        self, chunk: ClaimedChunk, says_stop: Callable[[], bool]
    ) -> list[ItemResult]:
        """One item at a time, each written down before: if the process dies, that one is to blame.

        Without a word on it in SQL no item is touched.
        """
        results: list[ItemResult] = []
        for item in chunk.items:
            self._mark(chunk, item.id)
            results += self._run(chunk, (item,), lambda: False)
            if says_stop():
                break
        self._mark(chunk, None)
        return results

    def _run(
        self, chunk: ClaimedChunk, items: tuple[ClaimedItem, ...], says_stop: Callable[[], bool]
    ) -> list[ItemResult]:
        return self._analysis.run(
            items,
            thumbnails=chunk.options.thumbnails,
            says_stop=says_stop,
            find_recorded=lambda digests: self._find_recorded(chunk, digests),
        )

    def _find_recorded(
        self, chunk: ClaimedChunk, digests: Collection[bytes]
    ) -> Mapping[bytes, RecordedPicture]:
        try:
            with self._database.read() as session:
                return find_recorded(session, chunk.job_id, digests)
        except DBAPIError:
            # Then they are analyzed again: only time is lost.
            logger.warning("copies could not be looked up", extra={"chunk_id": chunk.id})
            return {}

    def _mark(self, chunk: ClaimedChunk, item_id: int | None) -> None:
        def mark(session: Session) -> bool:
            return mark_current_item(session, chunk.id, chunk.token, item_id)

        if not self._insist(chunk, mark):
            raise LeaseLost

    def _record(self, chunk: ClaimedChunk, results: list[ItemResult]) -> bool:
        def record(session: Session) -> bool:
            probability = self._settings.gender_min_probability
            return record_results(
                session, chunk, results, gender_min_probability=probability
            ) or was_recorded(session, chunk)

        return self._insist(chunk, record)

    def _insist(self, chunk: ClaimedChunk, change: Callable[[Session], bool]) -> bool:
        """Change it once, however often the connection breaks, until the lease would have ended."""
        deadline = monotonic() + self._settings.lease_seconds
        pause_seconds = 0.05
        while True:
            try:
                with self._database.write() as session:
                    return change(session)
            except (OperationalError, InterfaceError):
                if monotonic() + pause_seconds > deadline:
                    raise
                logger.warning("a change is tried again", extra={"chunk_id": chunk.id})
                sleep(pause_seconds)
                pause_seconds = min(pause_seconds * 2, 1.0)

    def _give_up(self, chunk: ClaimedChunk) -> None:
        """Take the chunk for crashed, so that an item that is to blame ends up alone."""
        try:
            with self._database.write() as session:
                rescue_chunk(session, chunk.id, chunk.token, seen=True)
        except DBAPIError:
            # The lease ends by itself, and the dispatcher takes the chunk back then.
            logger.warning("chunk was left to its lease", extra={"chunk_id": chunk.id})
