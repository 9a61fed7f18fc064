"""One damaged video through the functions that a worker calls."""

import tempfile
from collections.abc import Iterator
from time import monotonic
from typing import IO

from models.pictures.working_size import WorkingSize
from models.videos.ffmpeg import Ffmpeg
from models.videos.grid import Grid
from models.videos.reader import Video

MAX_PIXELS = 20_000_000
GRID = Grid(4.0)
# More than any of the whole videos has.
MOST_FRAMES = 64
# A worker would give up after 150 s.
MOST_SECONDS = 100.0


def watch_video(data: bytes) -> None:
    """Cut it, look at all of it and at a part, and read the frames of an annotated video. Raises an
    ItemError where it cannot be read, TimeoutError where that takes too long."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        _watch(file)


def _watch(file: IO[bytes]) -> None:
    video = Video(Ffmpeg.find(), file, max_pixels=MAX_PIXELS, working_size=WorkingSize(640))
    video.breaks_off()
    ends_at = monotonic() + MOST_SECONDS
    video.measure_seconds(lambda: _require_before(ends_at))
    for frames in (
        video.sample(GRID, 0, MOST_FRAMES),
        video.sample(GRID, 5, 7),
        video.read_all(1.0, 1.5, (64, 48)),
    ):
        _run_through(frames, ends_at)


def _run_through(frames: Iterator[object], ends_at: float) -> None:
    for _ in frames:
        _require_before(ends_at)


def _require_before(ends_at: float) -> None:
    if monotonic() > ends_at:
        raise TimeoutError("It is read without an end.")
