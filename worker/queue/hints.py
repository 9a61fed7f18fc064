"""Step 2: hints of waiting chunks go to Redis, as many as its window has room for."""

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

# Two hints for each worker slot keep every slot busy; the least serves workers that have not
# reported yet.
HINTS_PER_SLOT = 2
SMALLEST_WINDOW = 8


def send_hints(database: Database, queue: Celery, resend_seconds: float) -> int:
    """Fill the window; returns how many hints went out. A broker that is away is only logged."""
    with database.read() as session:
        slots = count_slots(session, ProcessRole.BULK)
    window = max(SMALLEST_WINDOW, HINTS_PER_SLOT * slots)
    # Hints that lie there and are not taken are not lost: sent anew, they would only pile up.
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
    """How many lie in Redis, or None while it is away."""
    url = str(queue.conf.broker_url).replace("redis+socket://", "unix://", 1)
    try:
        return int(_open_client(url).llen(BULK_QUEUE))
    except RedisError as error:
        logger.warning("broker is away", extra={"error": str(error)})
        return None


@lru_cache(maxsize=1)
def _open_client(url: str) -> Redis:
    """Its connection is kept from turn to turn, and made anew when the broker has been away."""
    return connect(url)


class HintSender:
    """Sends the hints of a new job without holding up whoever accepted it.

    It does its best: the dispatcher sees to what it could not send.
    """

    def __init__(self, database: Database, queue: Celery, resend_seconds: float) -> None:
        self._database = database
        self._queue = queue
        self._resend_seconds = resend_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hints")
        self._waiting = BoundedSemaphore(1)

    def send_soon(self) -> None:
        # One turn that still waits will see this job, too: a stuck broker makes no queue of them.
        if self._waiting.acquire(blocking=False):
            self._thread.submit(self._send)

    def close(self) -> None:
        self._thread.shutdown()

    def _send(self) -> None:
        self._waiting.release()
        try:
            send_hints(self._database, self._queue, self._resend_seconds)
        except Exception:
            logger.exception("first hints were left to the dispatcher")
