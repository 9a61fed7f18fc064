"""Ends a process whose work hangs in native code, and says which chunk it had in hand."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from worker.lease import HeldChunk

logger = logging.getLogger(__name__)

STUCK_STATUS = 70
# Shortly before its lease expires: after that, nobody knows why.
SHARE_OF_LEASE = 0.9
LEAST_SECONDS = 10.0
# Silence is counted in looks, and not by a clock: a process that was frozen looks once.
LOOKS = 20


class Watchdog:
    """Watches one chunk at a time. `end` is called where work on it shows no progress; the end of
    this process is the only end of a native call."""

    def __init__(
        self,
        lease_seconds: float,
        end: Callable[[int], object] = os._exit,
        least_seconds: float = LEAST_SECONDS,
    ) -> None:
        self._look_seconds = max(SHARE_OF_LEASE * lease_seconds, least_seconds) / LOOKS
        self._end = end

    @contextmanager
    def watch(self, held: HeldChunk) -> Iterator[None]:
        """For the time of the block."""
        over = Event()
        Thread(target=self._watch, args=(held, over), name="watchdog", daemon=True).start()
        try:
            yield
        finally:
            over.set()

    def _watch(self, held: HeldChunk, over: Event) -> None:
        silent, steps = 0, held.steps
        while not over.wait(self._look_seconds):
            # A database that does not answer is no fault of the chunk.
            if held.steps != steps or held.is_waiting_for_database:
                silent, steps = 0, held.steps
                continue
            silent += 1
            if silent == LOOKS:
                logger.error("work hangs, its process ends", extra={"chunk_id": held.chunk.id})
                held.report_hang()
                self._end(STUCK_STATUS)
                return
