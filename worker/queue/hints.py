"""Sends hints of waiting chunks to Redis, as many as the window has room for."""

import logging
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
from worker.queue.broker import BULK_QUEUE, RUN_CHUNK, connect

logger = logging.getLogger(__name__)

# Two hints for each worker slot keep every slot busy; the minimum is for workers that have not sent
# a heartbeat yet.
HINTS_PER_SLOT = 2
SMALLEST_WINDOW = 8


def send_hints(database: Database, queue: Celery, resend_seconds: float) -> int:
    """Fill the window, and return the number of hints sent; an unavailable broker is only
    logged."""
    with database.read() as session:
        slots = count_slots(session, ProcessRole.BULK)
    window = max(SMALLEST_WINDOW, HINTS_PER_SLOT * slots)
    # Hints that wait in Redis are not lost: sent again, they would only pile up.
    queued = _count_hints(queue)
    if queued is None or queued >= window:
        return 0
    with database.write() as session:
        chunk_ids = choose_hints(session, window, resend_seconds)
    sent = 0
    try:
        for chunk_id in chunk_ids:
            queue.send_task(RUN_CHUNK, args=[chunk_id], queue=BULK_QUEUE)
            sent += 1
    except (OperationalError, RedisError) as error:
        logger.warning("broker refused hints", extra={"error": str(error)})
        with database.write() as session:
            forget_hints(session, chunk_ids[sent:])
    return sent


def _count_hints(queue: Celery) -> int | None:
    """The number of hints in Redis; None while it is unavailable."""
    url = str(queue.conf.broker_url).replace("redis+socket://", "unix://", 1)
    try:
        return int(_open_client(url).llen(BULK_QUEUE))
    except RedisError as error:
        logger.warning("broker is unavailable", extra={"error": str(error)})
        return None


@lru_cache(maxsize=1)
def _open_client(url: str) -> Redis:
    """Its connection is kept from turn to turn, and reopened after the broker was unavailable."""
    return connect(url)


class HintSender:
    """Sends the hints of a new job without delaying the request that submitted it.

    The dispatcher sends what this one could not.
    """

    def __init__(self, database: Database, queue: Celery, resend_seconds: float) -> None:
        self._database = database
        self._queue = queue
        self._resend_seconds = resend_seconds
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
            send_hints(self._database, self._queue, self._resend_seconds)
        except Exception:
            logger.exception("first hints left to the dispatcher")
