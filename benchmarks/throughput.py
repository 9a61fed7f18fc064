"""How much of the machine reaches the pictures: the system against a bare loop over the same files.

Models and decoding bound both, on every core. The system adds HTTP, Redis, SQL and processes that
share those cores: the ratio shows what they cost. No two pictures are the same. Both sides run in
turn, since machines drift, and the median of the rounds' ratios counts.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from time import monotonic, sleep

from benchmarks import program
from benchmarks.loops import Start, run_loops
from benchmarks.pictures import make_pictures
from benchmarks.rounds import Round, compare, median_speed
from benchmarks.settings import read_cpu_settings
from benchmarks.stacks import run_own_stack
from db.job_values import DetectionMode
from facetally import Client, Item, Submission
from models.pictures.picture import decode_picture
from worker.analyzers import open_analyzers
from worker.pictures.thumbnails import draw_thumbnail, shrink
from worker.settings import WORKING_SIZES, Settings

POLL_SECONDS = 0.05


def main() -> None:
    arguments = _read_arguments()
    program.exit_on_sigterm()
    machine = program.describe_machine()
    settings = read_cpu_settings()
    with tempfile.TemporaryDirectory(prefix="facetally-bench-") as folder:
        files = Path(folder) / "pictures"
        files.mkdir()
        paths = make_pictures(settings.weights_dir / "samples", files, arguments.pictures)
        bare, system = _measure(settings, paths, Path(folder) / "data", arguments.rounds)
    _report(arguments.out, machine, bare, system)


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument("--pictures", type=int, default=384, help="pictures in each round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each side, in turn")
    return parser.parse_args()


def _measure(
    settings: Settings, paths: Sequence[Path], data: Path, rounds: int
) -> tuple[list[Round], list[Round]]:
    bare, system = [], []
    with run_own_stack(settings, data, paths[0].parent) as client:
        for _ in range(rounds):
            bare.append(_run_bare(settings, paths))
            system.append(_run_system(client, paths))
            _require_same(bare[-1], system[-1])
    return bare, system


def _run_bare(settings: Settings, paths: Sequence[Path]) -> Round:
    """One process per core, each with its share of the pictures."""
    cores = os.cpu_count() or 1
    parts = [(settings, paths[core::cores]) for core in range(cores)]
    seconds, (pictures, faces) = run_loops(_loop, parts)
    return Round(seconds, pictures, faces)


def _loop(start: Start, settings: Settings, paths: Sequence[Path]) -> None:
    """Decode, detect, align, estimate and draw: nothing else, one picture after the other."""
    analyzer = open_analyzers(settings).get(settings.pack)
    faces = 0
    start.wait()
    for path in paths:
        picture = decode_picture(
            path.read_bytes(),
            max_pixels=settings.max_pixels,
            working_size=WORKING_SIZES[DetectionMode.NORMAL],
        )
        [found] = analyzer.detect([picture])
        estimates = analyzer.estimate(found.faces)
        small = shrink(picture.pyramid, settings.thumbnail_side_pixels)
        draw_thumbnail(small, estimates, picture.width_pixels, settings.gender_min_probability)
        faces += len(estimates)
    start.counts.put((len(paths), faces))


def _run_system(client: Client, paths: Sequence[Path]) -> Round:
    """From sending the job to its end, as a submitter sees it."""
    started = monotonic()
    items = (Item(path.as_uri(), path.name) for path in paths)
    job = client.submit_items(items, Submission())
    while job.timestamps.finished is None:
        sleep(POLL_SECONDS)
        job = job.refresh()
    seconds = monotonic() - started
    if job.counts.done != len(paths) or job.counts.duplicates:
        program.fail(f"{job.counts} is not {len(paths)} different pictures, all analyzed.")
    return Round(seconds, len(paths), job.counts.faces)


def _require_same(bare: Round, system: Round) -> None:
    if system.faces != bare.faces or bare.faces < bare.pictures:
        program.fail(f"The loop found {bare.faces} faces in {bare.pictures} pictures, "
             f"the system {system.faces}.")  # fmt: skip


def _report(
    out: Path, machine: dict[str, object], bare: Sequence[Round], system: Sequence[Round]
) -> None:
    ratios = compare(system, bare)
    figures = {
        **machine,
        "pictures": bare[0].pictures,
        "faces": bare[0].faces,
        "bare": _summarize(bare),
        "system": _summarize(system),
        "system_to_bare": round(median(ratios), 3),
        "ratios": ratios,
    }
    program.write_figures(out, "throughput", figures)
    for name, rounds in (("bare loop", bare), ("system", system)):
        pictures = median_speed(rounds)
        faces = median(one.faces_per_second for one in rounds)
        program.say(f"{name:10} {pictures:7.1f} pictures/s {faces:7.1f} faces/s")
    program.say(
        f"{'ratio':10} {median(ratios):7.2f} (system to bare, median of {len(bare)} rounds, "
        f"{min(ratios):.2f} to {max(ratios):.2f})"
    )


def _summarize(rounds: Sequence[Round]) -> dict[str, object]:
    return {
        "pictures_per_second": round(median_speed(rounds), 2),
        "faces_per_second": round(median(one.faces_per_second for one in rounds), 2),
        "rounds": [asdict(one) for one in rounds],
    }


if __name__ == "__main__":
    main()
