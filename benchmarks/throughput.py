"""How much of the machine reaches the pictures: the system, bare loops, a peer and the prototype.

Models and decoding bound all of them, on every core; the system adds HTTP, Redis, SQL and processes
that share those cores. No two pictures are the same. All sides run in turn, since machines drift,
and the median of the rounds' ratios counts. Slow sides get a share of the pictures.
"""

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from statistics import median

from benchmarks import program
from benchmarks.comparisons.sides import SIDES, Sides
from benchmarks.settings import read_cpu_settings
from cli.speed.memory import Memory
from cli.speed.picture_loops import time_stages
from cli.speed.pictures import choose_pictures, make_pictures
from cli.speed.rounds import Round, compare, median_speed
from worker.settings import Settings

# Enough pictures for the mean of a stage.
STAGE_PICTURES = 96
RATIOS = {
    "system_to_bare": ("system", "bare"),
    "postgresql_to_bare": ("postgresql", "bare"),
    "two_to_one": ("system", "one_worker"),
    # What the cores of this machine allow of it.
    "two_bare_to_bare": ("bare", "one_bare"),
    "system_to_peer": ("system", "peer"),
    "system_to_prototype": ("system", "prototype"),
}
Rounds = dict[str, list[Round]]


def main() -> None:
    arguments = _read_arguments()
    machine = program.begin()
    settings = read_cpu_settings()
    with program.make_scratch_folder() as folder, ExitStack() as stacks:
        paths = _choose_pictures(arguments, settings, folder)
        _, stages = time_stages(settings, settings.pack, paths[:STAGE_PICTURES])
        sides = Sides(settings, paths, folder, stacks)
        rounds = _run(sides, arguments.sides, arguments.rounds)
        costs = sides.watch.milliseconds(sum(one.pictures for one in rounds["system"]))
    _report(arguments.out, machine, rounds, stages, costs, sides.watch.memory)


def _run(sides: Sides, names: Sequence[str], count: int) -> Rounds:
    runs = {name: run for side in names for name, run in sides.open(side).items()}
    rounds: Rounds = defaultdict(list)
    for _ in range(count):
        for name, run in runs.items():
            rounds[name].append(run())
    _require_same(rounds)
    return rounds


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument("--pictures", type=int, default=384, help="pictures in each round")
    parser.add_argument("--folder", type=Path, help="take the pictures from a folder")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each side, in turn")
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=SIDES, help="what to run")
    return parser.parse_args()


def _choose_pictures(arguments: argparse.Namespace, settings: Settings, folder: Path) -> list[Path]:
    if arguments.folder is not None:
        chosen = choose_pictures(arguments.folder, arguments.pictures, settings.max_pixels)
        return chosen or program.fail("There are no readable photos in the folder.")
    files = folder / "pictures"
    files.mkdir()
    return make_pictures(settings.weights_dir / "samples", files, arguments.pictures)


def _require_same(rounds: Rounds) -> None:
    """The same models find the same faces, whatever runs them."""
    counts = {
        name: {one.faces for one in rounds[name]}
        for name in ("bare", "one_bare", "system", "one_worker", "postgresql")
        if name in rounds
    }
    if len(set.union(*counts.values(), set())) > 1:
        program.fail(f"The sides found different faces: {counts}.")


def _report(
    out: Path,
    machine: dict[str, object],
    rounds: Rounds,
    stages: dict[str, float],
    costs: dict[str, float],
    memory: Memory,
) -> None:
    ratios = {
        name: compare(rounds[one], rounds[other])
        for name, (one, other) in RATIOS.items()
        if rounds.get(one) and rounds.get(other)
    }
    floor, cost = sum(stages.values()), sum(costs.values())
    figures = {
        **machine,
        "pictures": max(one.pictures for some in rounds.values() for one in some),
        "sides": {name: _summarize(some) for name, some in rounds.items() if some},
        **{name: round(median(values), 3) for name, values in ratios.items()},
        "ratios": ratios,
        "stages_ms": stages,
        "floor_ms_per_image": round(floor, 2),
        "core_ms_per_image": round(cost, 2),
        "core_ms_by_program": costs,
        "core_to_floor": round(cost / floor, 3),
        "stack_megabytes": round(memory.stack_megabytes),
        "slot_megabytes": round(memory.slot_megabytes),
    }
    program.write_figures(out, "throughput", figures)
    _say_speeds(rounds, ratios)
    parts = ", ".join(f"{stage} {milliseconds:.1f}" for stage, milliseconds in stages.items())
    program.say(f"floor: {floor:.1f} ms of a core a picture ({parts})")
    if costs:
        parts = ", ".join(f"{name} {milliseconds:.1f}" for name, milliseconds in costs.items())
        program.say(f"system: {cost:.1f} ms of a core a picture ({parts}), {cost / floor:.2f} "
                    f"times the floor")  # fmt: skip
        program.say(f"memory: {memory.stack_megabytes:.0f} MB, a slot {memory.slot_megabytes:.0f} "
                    "MB at most")  # fmt: skip


def _say_speeds(rounds: Rounds, ratios: Mapping[str, Sequence[float]]) -> None:
    for name, some in rounds.items():
        faces = median(one.faces_per_second for one in some)
        program.say(f"{name:20} {median_speed(some):7.1f} pictures/s {faces:7.1f} faces/s")
    for name, values in ratios.items():
        program.say(f"{name:20} {median(values):7.2f} ({min(values):.2f} to {max(values):.2f})")


def _summarize(rounds: Sequence[Round]) -> dict[str, object]:
    return {
        "pictures_per_second": round(median_speed(rounds), 2),
        "faces_per_second": round(median(one.faces_per_second for one in rounds), 2),
        "rounds": [asdict(one) for one in rounds],
    }


if __name__ == "__main__":
    main()
