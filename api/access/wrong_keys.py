"""How long an address has to wait that keeps sending keys which are not valid.

A valid key is never kept waiting: others may call from the same address. So keys that this process
knows are not asked about here. All others cost a read of SQL and, if they are wrong, a write: one
request at a time may cause them, and no write while its address has to wait.
"""

from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from math import ceil
from threading import Lock
from time import monotonic

from api.access.callers import Caller
from api.errors import ApiError
from api.origins import find_address, find_origin
from db.access.logins import note_failure, read_pause_seconds
from db.engine import Database

# Addresses that wait, as each process keeps them; of more than these, those it knew first are read
# from SQL again.
MOST_KEPT = 10_000


class WrongKeys:
    """Counts wrong keys by address, in SQL for all processes; several threads use it."""

    def __init__(self, database: Database, most_kept: int = MOST_KEPT) -> None:
        self._database = database
        # One at a time: with SQLite, whoever writes waits for all who read.
        self._looking_up = Lock()
        self._most_kept = most_kept
        # Until when of the monotonic clock each address has to wait.
        self._waiting: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def look_up(self, find: Callable[[], Caller | None]) -> Caller | None:
        """Who has the key of this request, as `find` says; None where it is wrong. Raises ApiError
        while its address has to wait."""
        if not self._looking_up.acquire(blocking=False):
            raise _too_many(1.0)
        try:
            caller = find()
            if caller is None:
                origin = find_origin(find_address())
                self._check(origin)
                self._count(origin)
            return caller
        finally:
            self._looking_up.release()

    def _check(self, origin: str) -> None:
        with self._lock:
            seconds = self._waiting.get(origin, 0.0) - monotonic()
            if seconds <= 0:
                self._waiting.pop(origin, None)
                return
        raise _too_many(seconds)

    def _count(self, origin: str) -> None:
        subject = f"calls from {origin}"
        with self._database.write() as session:
            seconds = read_pause_seconds(session, subject)
            if seconds <= 0:
                note_failure(session, subject)
                return
        with self._lock:
            self._waiting[origin] = monotonic() + seconds
            while len(self._waiting) > self._most_kept:
                self._waiting.popitem(last=False)
        raise _too_many(seconds)


def _too_many(seconds: float) -> ApiError:
    wait = max(1, ceil(seconds))
    return ApiError(
        HTTPStatus.TOO_MANY_REQUESTS,
        f"Too many wrong keys came from this address. Try again in {wait} seconds, or send a valid "
        "key.",
        retry_after_seconds=wait,
    )
