"""What a picture costs, part by part: no worker takes less than their sum."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from time import thread_time
from typing import TypeVar

from db.job_values import DetectionMode
from models.nets.analyzer import Analyzer
from models.pictures.picture import decode_picture
from worker.pictures.thumbnails import draw_thumbnail, shrink
from worker.settings import WORKING_SIZES, Settings

Value = TypeVar("Value")
STAGES = ("decode", "find", "estimate", "thumbnail")


class StageClock:
    """Sums the processor time of each stage over pictures, on one core."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def time(self, stage: str, work: Callable[[], Value]) -> Value:
        started = thread_time()
        value = work()
        self._seconds[stage] += thread_time() - started
        return value

    @property
    def microseconds(self) -> tuple[int, ...]:
        """In the order of STAGES."""
        return tuple(round(1e6 * self._seconds[stage]) for stage in STAGES)


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
