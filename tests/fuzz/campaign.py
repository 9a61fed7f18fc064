"""Many damaged files, in processes that are watched: `python -m tests.fuzz.campaign --files 20000`,
and with `--videos` videos.

It ends with status 1 if a file was not accounted for, a process died, one file took long, or memory
grew.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from time import monotonic

import psutil

from tests.fuzz.corpus import make_corpus
from tests.fuzz.trial import Outcome, make_file, try_file
from tests.fuzz.video_corpus import make_video_corpus

FILES_PER_TASK = 50
# Longer than any file takes on a busy machine; a worker's lease is 60 s.
MOST_SECONDS = 20.0
# What allocators keep after a large file; a leak of a kilobyte a file would exceed it.
MOST_GROWTH_BYTES = 150 << 20

MakeCorpus = Callable[[], dict[str, bytes]]


@dataclass(slots=True)
class Report:
    """What became of the files of a campaign."""

    outcomes: Counter[str] = field(default_factory=Counter)
    files: int = 0
    faults: list[Outcome] = field(default_factory=list)
    slowest: Outcome | None = None
    deaths: list[int] = field(default_factory=list)  # seeds
    grown_bytes: int = 0

    def add(self, outcome: Outcome) -> None:
        self.files += 1
        self.outcomes.update(outcome.items)
        if outcome.fault or not outcome.items:
            self.faults.append(outcome)
        if self.slowest is None or outcome.seconds > self.slowest.seconds:
            self.slowest = outcome

    @property
    def is_clean(self) -> bool:
        is_quick = self.slowest is None or self.slowest.seconds < MOST_SECONDS
        is_flat = self.grown_bytes < MOST_GROWTH_BYTES
        return not self.faults and not self.deaths and is_quick and is_flat


def run_campaign(
    first_seed: int, files: int, processes: int, make: MakeCorpus = make_corpus
) -> Report:
    """Try the files of successive seeds, made of the corpus of `make`."""
    report = Report()
    seeds = range(first_seed, first_seed + files)
    tasks = [seeds[at : at + FILES_PER_TASK] for at in range(0, files, FILES_PER_TASK)]
    # In order, one share of the tasks to each process, so that its memory can be compared.
    shares = [tasks[at::processes] for at in range(processes)]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for result in pool.map(partial(_try_share, make), shares):
            for outcome in result.outcomes:
                report.add(outcome)
            report.deaths += result.deaths
            report.grown_bytes = max(report.grown_bytes, result.grown_bytes)
    return report


@dataclass(slots=True)
class _Share:
    outcomes: list[Outcome] = field(default_factory=list)
    deaths: list[int] = field(default_factory=list)
    grown_bytes: int = 0


def _try_share(make: MakeCorpus, tasks: Sequence[range]) -> _Share:
    """All tasks in one process after the other: one is enough unless it dies."""
    share = _Share()
    left = list(tasks)
    while left:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            left = _try_tasks(pool, make, left, share)
    return share


def _try_tasks(
    pool: ProcessPoolExecutor, make: MakeCorpus, tasks: list[range], share: _Share
) -> list[range]:
    """The tasks that are left: none, unless the process died at a seed."""
    warm_bytes = 0
    for number, task in enumerate(tasks):
        try:
            outcomes, used_bytes = pool.submit(_try_task, make, task).result()
        except BrokenProcessPool:
            if len(task) == 1:
                share.deaths.append(task[0])
                return tasks[number + 1 :]
            return [*(range(seed, seed + 1) for seed in task), *tasks[number + 1 :]]
        share.outcomes += outcomes
        # The first tasks load libraries and reach the size of the largest files.
        if number < max(1, len(tasks) // 10):
            warm_bytes = max(warm_bytes, used_bytes)
        share.grown_bytes = max(share.grown_bytes, used_bytes - warm_bytes)
    return []


_corpus: dict[str, bytes] = {}


def _try_task(make: MakeCorpus, seeds: range) -> tuple[list[Outcome], int]:
    if not _corpus:
        _corpus.update(make())
    outcomes = [try_file(seed, _corpus) for seed in seeds]
    return outcomes, psutil.Process().memory_info().rss


def _describe(report: Report, make: MakeCorpus, seconds: float) -> Iterator[str]:
    yield f"{report.files} files in {seconds:.0f} s, their items: {dict(report.outcomes)}"
    if report.slowest is not None:
        slow = report.slowest
        yield f"slowest: {slow.seconds:.2f} s, seed {slow.seed} ({slow.kind})"
    yield f"memory grew by {report.grown_bytes / (1 << 20):.0f} MiB; {len(report.deaths)} deaths"
    for seed in report.deaths:
        yield f"death: seed {seed} ({make_file(seed, make())[0]})"
    for fault in report.faults[:50]:
        yield f"fault: seed {fault.seed} ({fault.kind}): {fault.fault or 'no item'}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--videos", action="store_true", help="videos, not pictures and archives")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    started = monotonic()
    make = make_video_corpus if given.videos else make_corpus
    report = run_campaign(given.seed, given.files, given.processes, make)
    sys.stdout.write("\n".join(_describe(report, make, monotonic() - started)) + "\n")
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
