"""Bare loops to compare the system with: the same work in processes of their own, and nothing
else."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from queue import Empty
from time import monotonic
from typing import Any, Protocol

from cli.exits import CommandFailed
from cli.stack.worker_program import ENVIRON

LOOK_SECONDS = 1.0
Counted = tuple[int, ...]


class Counts(Protocol):
    """Where a loop puts what it counted: pictures and faces, say."""

    def put(self, counted: Counted, /) -> None: ...

    def get(self, block: bool = ..., timeout: float | None = ...) -> Counted: ...


@dataclass(frozen=True, slots=True)
class Start:
    """Handed to each loop: it waits until all are ready, and says at its end what it counted."""

    ready: Counts
    everyone: Event
    counts: Counts

    def wait(self) -> None:
        self.ready.put(())
        self.everyone.wait()


def run_loops(
    loop: Callable[..., None], parts: Sequence[Sequence[Any]]
) -> tuple[float, tuple[int, ...]]:
    """Run `loop(start, *part)` in one process per part; returns the seconds from the moment all
    are ready, and the sums of what they counted. Opening models is not timed.

    CommandFailed if one of them fails.
    """
    context = multiprocessing.get_context("spawn")
    start = Start(context.Queue(), context.Event(), context.Queue())
    # Daemons, so that none outlives a program that is stopped.
    processes = [context.Process(target=loop, args=(start, *part), daemon=True) for part in parts]
    with _as_workers():
        for process in processes:
            process.start()
    for _ in processes:
        _receive(start.ready, processes)
    started = monotonic()
    start.everyone.set()
    counted = [_receive(start.counts, processes) for _ in processes]
    seconds = monotonic() - started
    for process in processes:
        process.join()
    return seconds, tuple(map(sum, zip(*counted, strict=True)))


def _receive(counts: Counts, processes: Sequence[BaseProcess]) -> Counted:
    while True:
        try:
            return counts.get(timeout=LOOK_SECONDS)
        except Empty:
            if any(process.exitcode for process in processes):
                raise CommandFailed(
                    "A process that measures has failed: what it says is above."
                ) from None


@contextmanager
def _as_workers() -> Iterator[None]:
    """Processes that start here have the environment of a worker."""
    before = dict(os.environ)
    os.environ.update(ENVIRON)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
