"""Sends hints of waiting chunks to Redis, as many as the window has room for."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from threading import BoundedSemaphore

from celery import Celery
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from db.chunks.window import choose_hints, forget_hints
from db.engine import Database
from db.processes import count_slots
from db.states import ProcessRole
from worker.outages import OutageLog
from worker.queue.broker import BULK_QUEUE, RUN_CHUNK, connect, find_address

logger = logging.getLogger(__name__)

# Two hints for each worker slot keep every slot busy; the minimum is for workers that have not sent
# a heartbeat yet.
HINTS_PER_SLOT = 2
SMALLEST_WINDOW = 8


class HintWindow:
    """The hints that wait in Redis: two for each worker slot, however many chunks wait in SQL."""

    def __init__(self, database: Database, queue: Celery, resend_seconds: float) -> None:
        self._database = database
        self._queue = queue
        self._resend_seconds = resend_seconds
        self._outages = OutageLog("broker")

    def fill(self) -> int:
        """Send what the window has room for, and return the number of hints sent.

        While the broker is unavailable that is none.
        """
        with self._database.read() as session:
            slots = count_slots(session, ProcessRole.BULK)
        window = max(SMALLEST_WINDOW, HINTS_PER_SLOT * slots)
        # Hints that wait in Redis are not lost: sent again, they would only pile up.
        queued = self._count()
        if queued is None or queued >= window:
            return 0
        with self._database.write() as session:
            chunk_ids = choose_hints(session, window, self._resend_seconds)
        return self._send(chunk_ids)

    def _count(self) -> int | None:
        """The number of hints in Redis; None while it is unavailable."""
        try:
            queued = int(_open_client(find_address(self._queue)).llen(BULK_QUEUE))
        except RedisError as error:
            self._outages.note_loss(error)
            return None
        self._outages.note_return()
        return queued

    def _send(self, chunk_ids: Sequence[int]) -> int:
        sent = 0
        try:
            for chunk_id in chunk_ids:
                self._queue.send_task(RUN_CHUNK, args=[chunk_id], queue=BULK_QUEUE)
                sent += 1
        except (OperationalError, RedisError) as error:
            self._outages.note_loss(error)
            with self._database.write() as session:
                forget_hints(session, chunk_ids[sent:])
        return sent


@lru_cache(maxsize=1)
def _open_client(url: str) -> Redis:
    """Its connection is kept from turn to turn, and reopened after the broker was unavailable."""
    return connect(url)


class HintSender:
    """Sends the hints of a new job without delaying the request that submitted it.

    The dispatcher sends what this one could not.
    """

    def __init__(self, database: Database, queue: Celery, resend_seconds: float) -> None:
        self._window = HintWindow(database, queue, resend_seconds)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hints")
        self._waiting = BoundedSemaphore(1)

    def send_soon(self) -> None:
        # A turn that still waits will see this job, too: with a hung broker, turns do not pile up.
        if self._waiting.acquire(blocking=False):
            self._thread.submit(self._send)

    def close(self) -> None:
        self._thread.shutdown()

    def _send(self) -> None:
        self._waiting.release()
        try:
            self._window.fill()
        except Exception:
            logger.exception("first hints left to the dispatcher")
