"""Loops over pictures without a queue, a database or HTTP: one process per core."""

import os
from collections.abc import Sequence
from pathlib import Path

from benchmarks.loops import Start, run_loops
from benchmarks.rounds import Round
from db.job_values import DetectionMode
from models.pictures.picture import decode_picture
from worker.analyzers import open_analyzers
from worker.pictures.thumbnails import draw_thumbnail, shrink
from worker.settings import WORKING_SIZES, Settings


def loop_over(settings: Settings, pack: str, paths: Sequence[Path], processes: int = 0) -> Round:
    """Each process has its share of the pictures; 0 processes are one per core."""
    count = processes or os.cpu_count() or 1
    own = settings.model_copy(update={"pack": pack, "packs": (pack,)})
    parts = [(own, paths[number::count]) for number in range(count)]
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
