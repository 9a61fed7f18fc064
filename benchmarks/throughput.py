"""How much of the machine reaches the pictures: the whole system against a bare loop over the same.

What bounds both is the nets and the decoding, on every core. The system adds HTTP, Redis, SQL and
processes that share those cores: the ratio shows what they cost. It is measured in one run, in
turns, since machines drift; the median of the rounds' ratios counts.
"""

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median
from time import monotonic, sleep

from api.schemas.requests import ItemBody
from benchmarks.nets import open_analyzer
from benchmarks.pictures import make_pictures
from cli.client import Client
from cli.environment import read_settings
from cli.stack.stack import StackPlan, run_stack
from cli.uploads.job_fields import JobFields
from cli.uploads.sending import submit_items
from models.pictures.picture import decode_picture
from models.weights.manifest import SAMPLES, require_file
from worker.pictures.thumbnails import draw_thumbnail, shrink
from worker.settings import WORKING_SIDE_PIXELS, Settings

OUT = Path("benchmarks/out/throughput.json")
POLL_SECONDS = 0.05
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Round:
    """One pass over all pictures."""

    seconds: float
    images: int
    faces: int

    @property
    def images_per_second(self) -> float:
        return self.images / self.seconds

    @property
    def faces_per_second(self) -> float:
        return self.faces / self.seconds


def main() -> None:
    arguments = _read_arguments()
    settings = read_settings(provider="cpu")
    for sample in SAMPLES:
        require_file(settings.weights_dir, sample)
    with tempfile.TemporaryDirectory(prefix="facetally-bench-") as folder:
        pictures = Path(folder) / "pictures"
        pictures.mkdir()
        paths = make_pictures(settings.weights_dir / "samples", pictures, arguments.images)
        bare, system = _measure(settings, paths, Path(folder) / "data", arguments.rounds)
    _report(bare, system)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=384, help="pictures in each round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each, in turns")
    return parser.parse_args()


def _measure(
    settings: Settings, paths: Sequence[Path], data: Path, rounds: int
) -> tuple[list[Round], list[Round]]:
    embedded = settings.model_copy(
        update={"data_dir": data, "port": 0, "file_roots": (paths[0].parent.resolve(),)}
    )
    own = embedded.model_copy(update={"database_url": "", "store_url": ""}).complete()
    plan = StackPlan(own, interactive=False, logs_in_files=True, early_ends_allowed=0)
    bare, system = [], []
    with run_stack(plan) as stack, closing(Client(stack.url)) as client:
        for _ in range(rounds):
            bare.append(_run_bare(settings, paths))
            system.append(_run_system(client, paths))
    return bare, system


def _run_bare(settings: Settings, paths: Sequence[Path]) -> Round:
    """One process a core, each with its share of the pictures; opening nets is not counted."""
    cores = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    start, counts = context.Barrier(cores + 1), context.SimpleQueue()
    processes = [
        context.Process(target=_loop, args=(settings, paths[core::cores], start, counts))
        for core in range(cores)
    ]
    for process in processes:
        process.start()
    start.wait(timeout=START_SECONDS)
    started = monotonic()
    faces = sum(counts.get() for _ in processes)
    seconds = monotonic() - started
    for process in processes:
        process.join()
    return Round(seconds, len(paths), faces)


def _loop(settings: Settings, paths: Sequence[Path], start: Barrier, counts: object) -> None:
    """Decode, detect, align, classify, draw: nothing else, one picture after the other."""
    analyzer = open_analyzer(settings)
    faces = 0
    start.wait(timeout=START_SECONDS)
    for path in paths:
        picture = decode_picture(
            path.read_bytes(),
            max_pixels=settings.max_pixels,
            working_side=WORKING_SIDE_PIXELS,
        )
        [found] = analyzer.find([picture])
        classified = analyzer.classify(found.faces)
        small = shrink(picture.rgb, settings.thumbnail_side_pixels)
        draw_thumbnail(small, classified, picture.width_pixels, settings.gender_min_probability)
        faces += len(classified)
    counts.put(faces)  # type: ignore[attr-defined]  # multiprocessing names no type of its queues


def _run_system(client: Client, paths: Sequence[Path]) -> Round:
    """From sending the job to its end, as a submitter sees it."""
    started = monotonic()
    items = (ItemBody(uri=path.as_uri(), name=path.name) for path in paths)
    job = submit_items(client, items, JobFields())
    while job.timestamps.finished is None:
        sleep(POLL_SECONDS)
        job = client.read_job(job.id)
    seconds = monotonic() - started
    if job.counts.done != len(paths):
        sys.exit(f"{job.counts.failed} of {len(paths)} pictures failed: nothing was measured.")
    return Round(seconds, len(paths), job.counts.faces)


def _report(bare: Sequence[Round], system: Sequence[Round]) -> None:
    ratio = median(
        ours.images_per_second / plain.images_per_second
        for ours, plain in zip(system, bare, strict=True)
    )
    summary = {
        "images": bare[0].images,
        "faces": bare[0].faces,
        "cores": os.cpu_count(),
        "bare": _summarize(bare),
        "system": _summarize(system),
        "system_to_bare": round(ratio, 3),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(summary, indent=2) + "\n")
    for name, rounds in (("bare loop", bare), ("system", system)):
        images = median(one.images_per_second for one in rounds)
        faces = median(one.faces_per_second for one in rounds)
        sys.stdout.write(f"{name:10} {images:7.1f} images/s {faces:7.1f} faces/s\n")
    sys.stdout.write(f"{'ratio':10} {ratio:7.2f} (system to bare, median of {len(bare)} rounds)\n")


def _summarize(rounds: Sequence[Round]) -> dict[str, object]:
    return {
        "images_per_second": round(median(one.images_per_second for one in rounds), 2),
        "faces_per_second": round(median(one.faces_per_second for one in rounds), 2),
        "rounds": [asdict(one) for one in rounds],
    }


if __name__ == "__main__":
    main()
