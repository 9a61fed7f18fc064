"""A part of a dispatcher's turn, and when it is due."""

from collections.abc import Callable, Collection
from time import monotonic

from db.jobs.due_work import Due


class Part:
    """Runs when there is work for it, and not before `every_seconds` after it last succeeded."""

    def __init__(
        self, work: Callable[[], object], every_seconds: float = 0.0, when: Due | None = None
    ) -> None:
        """Without a kind of work, `when`, it finds its work itself."""
        self._work = work
        self._every_seconds = every_seconds
        self._when = when
        self._next = 0.0

    def run_if_due(self, due: Collection[Due]) -> None:
        """`due` is what there is to do."""
        if monotonic() < self._next or not (self._when is None or self._when in due):
            return
        self._work()
        self._next = monotonic() + self._every_seconds
