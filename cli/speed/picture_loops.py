"""Loops over pictures without a queue, a database or HTTP."""

import os
from collections.abc import Sequence
from pathlib import Path

from cli.speed.loops import Start, run_loops
from cli.speed.rounds import Round
from cli.speed.stages import STAGES, StageClock, analyze_picture
from worker.packs.analyzers import open_analyzers
from worker.settings import Settings

# What is done once for a process is over by then.
WARM_UP_PICTURES = 4


def loop_over(
    settings: Settings, pack: str, paths: Sequence[Path], processes: int | None = None
) -> Round:
    """Each process has its share of the pictures; as many as there are cores, unless told, and none
    without a picture."""
    processes = min(processes or os.cpu_count() or 1, len(paths))
    return time_stages(settings, pack, paths, processes)[0]


def time_stages(
    settings: Settings, pack: str, paths: Sequence[Path], processes: int = 1
) -> tuple[Round, dict[str, float]]:
    """The same, with the milliseconds of processor time that each stage took a picture."""
    own = settings.model_copy(update={"pack": pack, "packs": (pack,)})
    parts = [(own, paths[number::processes]) for number in range(processes)]
    seconds, (pictures, faces, *microseconds) = run_loops(_loop, parts)
    stages = zip(STAGES, microseconds, strict=True)
    costs = {stage: round(taken / pictures / 1000, 3) for stage, taken in stages}
    return Round(seconds, pictures, faces), costs


def _loop(start: Start, settings: Settings, paths: Sequence[Path]) -> None:
    """One picture after the other."""
    analyzer = open_analyzers(settings).get(settings.pack)
    for path in paths[:WARM_UP_PICTURES]:
        analyze_picture(settings, analyzer, path, StageClock())
    clock = StageClock()
    start.wait()
    faces = sum(analyze_picture(settings, analyzer, path, clock) for path in paths)
    start.counts.put((len(paths), faces, *clock.microseconds))
