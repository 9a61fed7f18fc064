"""Named points in the code where a test can make a process exit, hang or fail.

A point is armed by a file in a folder that all processes share; the process that removes the file
is the one it happens to, so that it happens once. Production code knows nothing of this: its
functions are wrapped in the tests' own processes.
"""

import functools
import os
import signal
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import kombu.exceptions
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import db.chunks.crashes
import worker.dispatcher.dispatcher
from db.engine import Database
from db.item_values import ClaimedChunk, ClaimedItem, ItemResult
from tests.faults.cluster.deliveries import wrap_sending
from tests.faults.pictures import UNSEEN, kind_of
from worker.chunks.claiming import Claimer
from worker.lease import Change, HeldChunk, LeaseTerms
from worker.pictures.analysis import PictureAnalysis
from worker.stages import StageTimes

ARMED = "FAULTS_ARMED"
AUDIT = "FAULTS_AUDIT"


class Point(StrEnum):
    """Where."""

    CLAIM = "claim-after-update"
    BATCH = "batch-mid"
    BEFORE_COMMIT = "record-before-commit"
    AFTER_COMMIT = "record-after-commit"
    AFTER_SENT_AT = "hints-after-sent-at"
    AFTER_PUBLISH = "hints-after-publish"
    RESCUE = "rescue-mid"
    SPLIT = "split-mid"


class Action(StrEnum):
    """What happens there."""

    EXIT = "exit"  # the process ends by itself
    KILL = "kill"  # the process is ended by SIGKILL
    RAISE = "raise"  # the connection seems to break
    SLEEP = "sleep"  # the process hangs for two leases


def arm(folder: Path, point: Point, action: Action, times: int = 1) -> None:
    """Let it happen to the next processes that reach the point."""
    for number in range(times):
        (folder / f"{point}={action}={number}").touch()


def reach(point: Point) -> None:
    """Called at the point."""
    folder = Path(os.environ[ARMED])
    for armed in sorted(folder.glob(f"{point}=*")):
        try:
            armed.unlink()
        except FileNotFoundError:
            continue
        _act(point, Action(armed.name.split("=")[1]))
        return


def _act(point: Point, action: Action) -> None:
    if action is Action.EXIT:
        os._exit(3)
    if action is Action.KILL:
        os.kill(os.getpid(), signal.SIGKILL)
    if action is Action.SLEEP:
        time.sleep(2 * float(os.environ["FACETALLY_LEASE_SECONDS"]))
    elif point in (Point.AFTER_SENT_AT, Point.AFTER_PUBLISH):
        raise kombu.exceptions.OperationalError("fail point")
    else:
        raise OperationalError("fail point", None, Exception("connection broke"))


class FaultyClaimer(Claimer):
    """Claims chunks on which the fail points of a worker lie."""

    def take(self, session: Session, chunk_id: int, token: str) -> ClaimedChunk | None:
        chunk = super().take(session, chunk_id, token)
        if chunk is not None:
            reach(Point.CLAIM)
        return chunk

    def hold(self, chunk: ClaimedChunk) -> "FaultyChunk":
        return FaultyChunk(chunk, self._database, self._terms, self._times)


class FaultyChunk(HeldChunk):
    """Remembers its results, and writes an audit line for each when they are recorded."""

    def __init__(
        self, chunk: ClaimedChunk, database: Database, terms: LeaseTerms, times: StageTimes
    ) -> None:
        super().__init__(chunk, database, terms, times)
        self.results: list[ItemResult] = []

    def mark_current_item(self, item_id: int | None) -> None:
        if not any(kind_of(item.name) == UNSEEN for item in self.chunk.items):
            super().mark_current_item(item_id)

    def should_stop(self) -> bool:
        reach(Point.BATCH)
        return super().should_stop()

    def record(self, change: Change) -> None:
        super().record(lambda session: self._record(session, change))

    def _record(self, session: Session, change: Change) -> bool:
        recorded = change(session)
        if recorded:
            reach(Point.BEFORE_COMMIT)
            names = [result.item.name for result in self.results]
            event.listen(session, "after_commit", lambda _: _note_commit(self.chunk.job_id, names))
        return recorded


class NotedAnalysis(PictureAnalysis):
    """Leaves its results with the chunk, for the audit."""

    def analyze(self, items: Sequence[ClaimedItem], held: HeldChunk) -> list[ItemResult]:
        results = super().analyze(items, held)
        if isinstance(held, FaultyChunk):
            held.results += results
        return results


def install_in_crashes() -> None:
    """Wrapped in place: no object stands between a crash and the split that it leads to."""
    _wrap_result(db.chunks.crashes, "_split", Point.SPLIT)


def install_in_dispatcher() -> None:
    """Wrap what a dispatcher calls: the real command makes it, and it is given no parts."""
    _wrap_result(worker.dispatcher.dispatcher, "rescue_chunk", Point.RESCUE)
    install_in_crashes()
    wrap_sending(lambda: reach(Point.AFTER_SENT_AT), lambda: reach(Point.AFTER_PUBLISH))


def _wrap_result(module: Any, name: str, point: Point) -> None:
    """The point is after the function, if it did something, and before the commit."""
    real: Callable[..., Any] = getattr(module, name)

    @functools.wraps(real)
    def wrapped(*words: Any, **options: Any) -> Any:
        result = real(*words, **options)
        if point is Point.SPLIT or result not in (None, False):
            reach(point)
        return result

    setattr(module, name, wrapped)


def _note_commit(job_id: int, names: list[str]) -> None:
    """One line for each item that was committed, in one write: items with two lines are repeats."""
    lines = "".join(f"{job_id} {name}\n" for name in names)
    descriptor = os.open(os.environ[AUDIT], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(descriptor, lines.encode())
    os.close(descriptor)
    reach(Point.AFTER_COMMIT)
