"""How fast this machine analyzes photos, and what that takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from cli.speed.machine import Machine
from cli.speed.memory import Memory
from cli.speed.picture_loops import loop_over, time_stages
from cli.speed.rounds import Round, compare, median_speed
from cli.speed.stack_watch import StackWatch
from cli.speed.stacks import analyze_all, run_watched_stack
from worker.settings import Settings


@dataclass(frozen=True, slots=True)
class Speed:
    """Medians of some rounds of the same photos: the system, and bare loops on one core and on
    all, which have no queue and no database."""

    machine: Machine
    pack: str
    slots: int
    photos: int
    faces: int
    photos_per_second: float
    faces_per_second: float
    one_loop_photos_per_second: float
    loops_photos_per_second: float
    system_to_loops: float
    loops_to_one: float  # what all cores do to what one does
    busy_share: float  # of all cores, while the system worked
    stages_ms: Mapping[str, float]  # processor time of a photo by part, in one loop
    programs_ms: Mapping[str, float]  # by program, in the system
    memory: Memory  # at most


@dataclass(frozen=True, slots=True)
class _Rounds:
    system: list[Round]
    one_loop: list[Round]
    loops: list[Round]
    stages_ms: dict[str, float]


def measure_speed(
    machine: Machine,
    settings: Settings,
    paths: Sequence[Path],
    data: Path,
    rounds: int,
    report: Callable[[int], None],
) -> Speed:
    """`data` is an empty folder for the stack; `report` is called before each round."""
    watch, everywhere = StackWatch(), Path(data.anchor)
    with run_watched_stack(settings, data, everywhere) as (client, processes):
        run_system = partial(watch.run, processes, partial(analyze_all, client, paths))
        measured = _run(settings, paths, rounds, run_system, report)
    return _summarize(machine, settings, len(paths), measured, watch)


def _summarize(
    machine: Machine, settings: Settings, photos: int, measured: _Rounds, watch: StackWatch
) -> Speed:
    system, analyzed = measured.system, sum(one.pictures for one in measured.system)
    seconds = sum(one.seconds for one in system)
    return Speed(
        machine,
        settings.pack,
        settings.workers,
        photos,
        system[0].faces,
        round(median_speed(system), 2),
        round(median(one.faces_per_second for one in system), 2),
        round(median_speed(measured.one_loop), 2),
        round(median_speed(measured.loops), 2),
        median(compare(system, measured.loops)),
        median(compare(measured.loops, measured.one_loop)),
        round(watch.seconds / (seconds * machine.cores), 3),
        measured.stages_ms,
        watch.milliseconds(analyzed),
        watch.memory,
    )


def _run(
    settings: Settings,
    paths: Sequence[Path],
    rounds: int,
    run_system: Callable[[], Round],
    report: Callable[[int], None],
) -> _Rounds:
    """In turn, since machines drift."""
    measured = _Rounds([], [], [], {})
    for number in range(1, rounds + 1):
        report(number)
        one, costs = time_stages(settings, settings.pack, paths)
        measured.one_loop.append(one)
        measured.stages_ms.update(costs)
        measured.loops.append(loop_over(settings, settings.pack, paths))
        measured.system.append(run_system())
    return measured
