"""What a picture costs, part by part: no worker takes less than their sum."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from time import thread_time
from typing import TypeVar

from db.job_values import DetectionMode
from models.nets.analyzer import Analyzer
from models.pictures.picture import decode_picture
from worker.packs.analyzers import open_analyzers
from worker.pictures.thumbnails import draw_thumbnail, shrink
from worker.settings import WORKING_SIZES, Settings

Value = TypeVar("Value")
WARM_UP_PICTURES = 8


class StageClock:
    """Sums the processor time of each stage over pictures, on one core."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, list[float]] = defaultdict(list)

    def time(self, stage: str, work: Callable[[], Value]) -> Value:
        started = thread_time()
        value = work()
        self._seconds[stage].append(thread_time() - started)
        return value

    def milliseconds(self) -> dict[str, float]:
        """The mean of each stage for a picture."""
        return {stage: round(1000 * mean(times), 3) for stage, times in self._seconds.items()}


def time_stages(settings: Settings, paths: Sequence[Path]) -> dict[str, float]:
    """Milliseconds of processor time a picture: decode, find, estimate, thumbnail."""
    analyzer = open_analyzers(settings).get(settings.pack)
    for path in paths[:WARM_UP_PICTURES]:
        analyze_picture(settings, analyzer, path, StageClock())
    clock = StageClock()
    for path in paths:
        analyze_picture(settings, analyzer, path, clock)
    return clock.milliseconds()


def analyze_picture(settings: Settings, analyzer: Analyzer, path: Path, clock: StageClock) -> int:
    """Decode, find, estimate and draw: nothing else. Returns the number of faces."""
    data = path.read_bytes()
    picture = clock.time(
        "decode",
        lambda: decode_picture(
            data,
            max_pixels=settings.max_pixels,
            working_size=WORKING_SIZES[DetectionMode.NORMAL],
        ),
    )
    [found] = clock.time("find", lambda: analyzer.detect([picture]))
    faces = clock.time("estimate", lambda: analyzer.estimate(found.faces))
    clock.time(
        "thumbnail",
        lambda: draw_thumbnail(
            shrink(picture.pyramid, settings.thumbnail_side_pixels),
            faces,
            picture.width_pixels,
            settings.gender_min_probability,
        ),
    )
    return len(faces)
