"""Whether a photo costs the same in a large job as in a small one, and whether workers keep their
memory: jobs of more and more photos, each small, go through one stack with the real models.

The processor time of a photo is compared, and the most memory of a slot with its decoder. On a busy
machine, the same work may take more processor time; memory is the same.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import psutil

from benchmarks import program
from benchmarks.settings import read_cpu_settings
from cli.speed.pictures import make_pictures
from cli.speed.stack_watch import StackWatch
from cli.speed.stacks import analyze_all, run_watched_stack
from facetally import Client

SIZES = (1_000, 10_000, 100_000)
# Of a photo, on its longer side: its faces are just large enough to be found.
SIDE_PIXELS = 200
# Models and decoders are open by then.
WARM_UP = 100


@dataclass(frozen=True, slots=True)
class Run:
    """One job."""

    photos: int
    faces: int
    photos_per_second: float
    core_ms_by_program: dict[str, float]  # a photo
    slot_megabytes: float
    stack_megabytes: float

    @property
    def core_ms(self) -> float:
        return sum(self.core_ms_by_program.values())


def main() -> None:
    arguments = _read_arguments()
    machine = program.begin()
    settings = read_cpu_settings()
    with program.make_scratch_folder() as folder:
        files = folder / "photos"
        files.mkdir()
        program.say(f"Making {max(arguments.sizes)} photos ...")
        samples = settings.weights_dir / "samples"
        paths = make_pictures(samples, files, max(arguments.sizes), (SIDE_PIXELS,))
        with run_watched_stack(settings, folder / "data", files) as (client, processes):
            analyze_all(client, paths[:WARM_UP])
            sizes = sorted(arguments.sizes)
            runs = [_run(client, processes, paths[:size]) for size in sizes]
    _report(arguments.out, machine, runs)


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="photos of a job")
    return parser.parse_args()


def _run(client: Client, processes: Sequence[psutil.Process], paths: Sequence[Path]) -> Run:
    watch = StackWatch()
    done = watch.run(processes, partial(analyze_all, client, paths))
    run = Run(
        len(paths),
        done.faces,
        round(done.pictures_per_second, 2),
        watch.milliseconds(len(paths)),
        round(watch.memory.slot_megabytes, 1),
        round(watch.memory.stack_megabytes, 1),
    )
    _say(run)
    return run


def _say(run: Run) -> None:
    program.say(
        f"{run.photos:7} photos: {run.core_ms:6.2f} ms of a core each, a slot "
        f"{run.slot_megabytes:.0f} MB at most"
    )


def _report(out: Path, machine: dict[str, object], runs: Sequence[Run]) -> None:
    first, last = runs[0], runs[-1]
    ratios = {
        "cost_ratio": round(last.core_ms / first.core_ms, 3),
        "memory_ratio": round(last.slot_megabytes / first.slot_megabytes, 3),
    }
    figures = {**machine, **ratios, "runs": [asdict(run) for run in runs]}
    program.write_figures(out, "endurance", figures)
    program.say(f"cost of a photo, last to first: {ratios['cost_ratio']:.2f}")
    program.say(f"memory of a slot, last to first: {ratios['memory_ratio']:.2f}")


if __name__ == "__main__":
    main()
