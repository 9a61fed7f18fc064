"""Loops over pictures without a queue, a database or HTTP: one process per core."""

import os
from collections.abc import Sequence
from pathlib import Path

from benchmarks.comparisons.loops import Start, run_loops
from benchmarks.comparisons.stages import StageClock, analyze_picture
from benchmarks.rounds import Round
from worker.packs.analyzers import open_analyzers
from worker.settings import Settings


def loop_over(settings: Settings, pack: str, paths: Sequence[Path]) -> Round:
    """Each process has its share of the pictures."""
    count = os.cpu_count() or 1
    own = settings.model_copy(update={"pack": pack, "packs": (pack,)})
    parts = [(own, paths[number::count]) for number in range(count)]
    seconds, (pictures, faces) = run_loops(_loop, parts)
    return Round(seconds, pictures, faces)


def _loop(start: Start, settings: Settings, paths: Sequence[Path]) -> None:
    """One picture after the other."""
    analyzer, clock = open_analyzers(settings).get(settings.pack), StageClock()
    start.wait()
    faces = sum(analyze_picture(settings, analyzer, path, clock) for path in paths)
    start.counts.put((len(paths), faces))
