"""What the log says while a service is unavailable: when it was lost, when it is back, and a
reminder now and then, however often something tries to reach it."""

import logging
from threading import Lock
from time import monotonic

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

logger = logging.getLogger(__name__)

REMINDER_SECONDS = 60.0
LONGEST_ERROR = 300


class OutageLog:
    """Of one service, by its name; several threads use it."""

    def __init__(self, service: str, reminder_seconds: float = REMINDER_SECONDS) -> None:
        self._service = service
        self._reminder_seconds = reminder_seconds
        self._lock = Lock()
        self._since: float | None = None
        self._next_reminder = 0.0

    def note_loss(self, error: object) -> None:
        """Something could not reach it."""
        with self._lock:
            now = monotonic()
            if self._since is not None and now < self._next_reminder:
                return
            text = "%s is unavailable" if self._since is None else "%s is still unavailable"
            self._since = self._since or now
            self._next_reminder = now + self._reminder_seconds
            logger.warning(text, self._service, extra={"error": _first_line(error)})

    def note_refusal(self, error: DBAPIError) -> bool:
        """A database refused; whether that is because it is unavailable."""
        is_away = isinstance(error, (OperationalError, InterfaceError))
        if is_away:
            self.note_loss(error.orig)
        else:
            logger.warning("database refused a change", extra={"error": _first_line(error.orig)})
        return is_away

    def note_return(self) -> None:
        """Something has reached it."""
        with self._lock:
            if self._since is None:
                return
            seconds = round(monotonic() - self._since, 1)
            self._since = None
        logger.warning("%s is available again", self._service, extra={"seconds": seconds})


def _first_line(error: object) -> str:
    """Drivers write many lines."""
    return str(error).strip().partition("\n")[0][:LONGEST_ERROR]
