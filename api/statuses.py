"""The status of jobs for those who poll: where many ask for one job, one read serves all."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from math import inf
from threading import Lock
from time import monotonic

from api.schemas.jobs import JobOut
from db.engine import Database
from db.jobs.status import read_job

# From this many requests for a job in a second, they share what was read a moment ago. Whoever
# polls alone sees what they have just done.
CROWD = 10
CROWD_SECONDS = 1.0
SHARED_SECONDS = 0.3
MOST_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Status:
    """A job as JSON, and the tag that says whether it has changed."""

    text: str
    etag: str


@dataclass(slots=True)
class _Polled:
    """A job that someone asks for."""

    lock: Lock = field(default_factory=Lock)
    asked_at: deque[float] = field(default_factory=lambda: deque(maxlen=CROWD))
    read_at: float = -inf
    status: Status | None = None


class Statuses:
    """Of one process, which knows nothing of what the others read."""

    def __init__(self, database: Database, clock: Callable[[], float] = monotonic) -> None:
        self._database = database
        self._clock = clock
        self._lock = Lock()
        self._polled: OrderedDict[int, _Polled] = OrderedDict()

    def get(self, job_id: int) -> Status | None:
        """The status of a job, at most SHARED_SECONDS old and only in a crowd; None where there is
        no such job."""
        polled, is_crowded = self._note(job_id)
        if not is_crowded:
            return self._read(job_id)
        with polled.lock:
            # Noted before it is read: what changes meanwhile is not hidden for longer.
            now = self._clock()
            if now - polled.read_at > SHARED_SECONDS:
                polled.status = self._read(job_id)
                polled.read_at = now
            return polled.status

    def forget(self, job_id: int) -> None:
        """Someone has changed the job: show that at once."""
        with self._lock:
            self._polled.pop(job_id, None)

    def _note(self, job_id: int) -> tuple[_Polled, bool]:
        with self._lock:
            polled = self._polled.setdefault(job_id, _Polled())
            self._polled.move_to_end(job_id)
            if len(self._polled) > MOST_KEPT:
                self._polled.popitem(last=False)
            now = self._clock()
            polled.asked_at.append(now)
            oldest = polled.asked_at[0]
            return polled, len(polled.asked_at) == CROWD and now - oldest < CROWD_SECONDS

    def _read(self, job_id: int) -> Status | None:
        with self._database.read() as session:
            job = read_job(session, job_id)
        if job is None:
            return None
        text = JobOut.of(job).model_dump_json()
        return Status(text, blake2b(text.encode(), digest_size=16).hexdigest())
