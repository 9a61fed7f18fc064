"""Bare loops to compare the system with: the same work in processes of their own, and nothing
else."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from time import monotonic
from typing import Any, Protocol

from cli.stack.worker_program import ENVIRON

START_SECONDS = 60.0


class Counts(Protocol):
    """Where a loop puts what it counted: pictures and faces, say."""

    def put(self, counted: tuple[int, ...], /) -> None: ...


@dataclass(frozen=True, slots=True)
class Start:
    """Handed to each loop: it waits until all are ready, and says at its end what it counted."""

    barrier: Barrier
    counts: Counts

    def wait(self) -> None:
        self.barrier.wait(timeout=START_SECONDS)


def run_loops(
    loop: Callable[..., None], parts: Sequence[Sequence[Any]]
) -> tuple[float, tuple[int, ...]]:
    """Run `loop(start, *part)` in one process per part; returns the seconds from the moment all
    are ready, and the sums of what they counted. Opening models is not timed."""
    context = multiprocessing.get_context("spawn")
    counts = context.SimpleQueue()
    start = Start(context.Barrier(len(parts) + 1), counts)
    # Daemons, so that none outlives a program that is stopped.
    processes = [context.Process(target=loop, args=(start, *part), daemon=True) for part in parts]
    with _as_workers():
        for process in processes:
            process.start()
    start.wait()
    started = monotonic()
    counted = [counts.get() for _ in processes]
    seconds = monotonic() - started
    for process in processes:
        process.join()
    return seconds, tuple(map(sum, zip(*counted, strict=True)))


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
