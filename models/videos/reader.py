"""Step 1 for videos: a file to the frames that are looked at, upright RGB like any picture.

Which frames those are is a matter of their times alone, so that a video may be read in parts.
"""

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import TooLargeItem, UnreadableItem
from models.pictures.file_kinds import DEMUXERS
from models.pictures.picture import Picture
from models.videos.retrieval import Converter
from models.videos.truncation import breaks_off

# Times come as floating-point numbers: one this near below a grid time is meant to be on it.
GRID_TOLERANCE = 1e-6
# A seek is aimed this far before the wanted time and, where it still came out behind it, further.
SEEK_MARGINS_SECONDS = (0.5, 4.0, 20.0)
# No video that is meant to be watched has more; a header that says so is not believed.
MOST_FRAMES_PER_SECOND = 1000.0
# A week: what a file says beyond is no time.
MOST_SECONDS = 604_800.0
OPEN_MILLISECONDS = 20_000
OPTIONS_VARIABLE = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
OPTIONS = f"format_whitelist;{DEMUXERS}|protocol_whitelist;none"


@dataclass(frozen=True, slots=True)
class VideoHeader:
    """What a file says of itself; `duration_seconds` is None where it does not."""

    width_pixels: int
    height_pixels: int
    frames_per_second: float
    duration_seconds: float | None


@dataclass(frozen=True, slots=True)
class Grid:
    """The times at which a video is looked at: every 1 / `frames_per_second` from `start_seconds`,
    before `end_seconds`."""

    frames_per_second: float
    start_seconds: float = 0.0
    end_seconds: float | None = None

    def place(self, seconds: float) -> int:
        """The last grid time that is not after `seconds`, by its number; negative before all."""
        return math.floor((seconds - self.start_seconds) * self.frames_per_second + GRID_TOLERANCE)

    def time(self, position: int) -> float:
        return self.start_seconds + position / self.frames_per_second

    def count(self, end_seconds: float) -> int:
        """How many grid times there are before `end_seconds`; at least one."""
        steps = (end_seconds - self.start_seconds) * self.frames_per_second
        return max(1, math.ceil(steps - GRID_TOLERANCE))

    def is_over(self, seconds: float) -> bool:
        end_seconds = MOST_SECONDS if self.end_seconds is None else self.end_seconds
        return seconds >= min(end_seconds, MOST_SECONDS)


@dataclass(frozen=True, slots=True)
class Frame:
    """The first frame at or after a grid time: `position` is that time's number, `number` counts
    all frames of the video, `seconds` is when it is shown."""

    position: int
    number: int
    seconds: float
    picture: Picture


class Video:
    """One open video file; raises UnreadableItem where there are no moving pictures in it."""

    def __init__(self, file: BufferedIOBase, *, max_pixels: int, working_side: int) -> None:
        self._file = file
        self._working_side = working_side
        self._capture = self._open()
        self._converter = Converter()
        self.header = self._read_header()
        pixels = self.header.width_pixels * self.header.height_pixels
        if pixels > max_pixels:
            self.close()
            raise TooLargeItem(
                f"The video has {pixels} pixels and at most {max_pixels} are taken; shrink it."
            )

    def close(self) -> None:
        self._capture.release()
        self._converter.close()

    def breaks_off(self) -> bool:
        """Whether the file ends before its last part does."""
        return breaks_off(self._file)

    def sample(self, grid: Grid, first: int, stop: int | None) -> Iterator[Frame | None]:
        """Those frames whose grid times are numbered from `first` up to, not including, `stop`.

        None stands for a frame that was passed over, so that the caller can tell time.
        """
        before = self._go_before(grid.time(first), lambda seconds: grid.place(seconds) < first)
        for seconds in self._grab_all():
            position = grid.place(seconds)
            if grid.is_over(seconds) or (stop is not None and position >= stop):
                return
            # The first frame at or after a grid time, and of each frame one place only.
            wanted = position >= first and (before is None or grid.place(before) < position)
            before = seconds if before is None else max(before, seconds)
            yield self._retrieve(position, seconds) if wanted else None

    def read_all(
        self, start_seconds: float, end_seconds: float | None
    ) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        """Every frame from one time up to another: (H, W, 3) BGR, with when it is shown."""
        self._go_before(start_seconds, lambda seconds: seconds < start_seconds)
        for seconds in self._grab_all():
            if end_seconds is not None and seconds >= end_seconds:
                return
            if seconds < start_seconds:
                continue
            bgr = self._converter.read(self._capture)
            if bgr is not None:
                yield seconds, bgr

    def _open(self) -> cv2.VideoCapture:
        self._file.seek(0)
        words = [cv2.CAP_PROP_N_THREADS, 1, cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_MILLISECONDS]
        with _bounded_formats():
            # OpenCV takes any binary file here; its types know only its own name for one.
            capture: cv2.VideoCapture = cv2.VideoCapture(
                self._file,  # type: ignore[call-overload]
                cv2.CAP_FFMPEG,
                words,
            )
        if not capture.isOpened():
            raise UnreadableItem(
                "There are no moving pictures in this file that can be read: it is damaged, "
                "breaks off too early, or holds sound alone; send the original video again."
            )
        return capture

    def _reopen(self) -> None:
        self._capture.release()
        self._capture = self._open()

    def _read_header(self) -> VideoHeader:
        get = self._capture.get
        rate = get(cv2.CAP_PROP_FPS)
        rate = rate if 0 < rate <= MOST_FRAMES_PER_SECOND else 0.0
        frames = get(cv2.CAP_PROP_FRAME_COUNT)
        duration = frames / rate if rate and 0 < frames <= MOST_SECONDS * rate else None
        return VideoHeader(
            round(get(cv2.CAP_PROP_FRAME_WIDTH)),
            round(get(cv2.CAP_PROP_FRAME_HEIGHT)),
            rate,
            duration,
        )

    def _go_before(self, wanted: float, is_before: Callable[[float], bool]) -> float | None:
        """Put the reader behind a frame that is before the wanted time, and tell that frame's time;
        None where it is at the start."""
        for margin in SEEK_MARGINS_SECONDS:
            target = wanted - margin
            if target <= 0:
                break
            self._capture.set(cv2.CAP_PROP_POS_MSEC, target * 1000)
            if self._capture.grab():
                seconds = self._tell()
                if seconds > 0 and is_before(seconds):
                    return seconds
        self._reopen()
        return None

    def _grab_all(self) -> Iterator[float]:
        while self._capture.grab():
            yield self._tell()

    def _tell(self) -> float:
        return float(self._capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000

    def _retrieve(self, position: int, seconds: float) -> Frame | None:
        bgr = self._converter.read(self._capture)
        if bgr is None:
            return None
        height, width = bgr.shape[:2]
        factor = max(1, max(width, height) // self._working_side)
        if factor > 1:
            size = (-(-width // factor), -(-height // factor))
            bgr = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
        number = round(seconds * self.header.frames_per_second)
        return Frame(position, number, seconds, Picture(rgb, width, height))


@contextmanager
def _bounded_formats() -> Iterator[None]:
    """OpenCV takes what it tells FFmpeg from the environment alone."""
    before = os.environ.get(OPTIONS_VARIABLE)
    os.environ[OPTIONS_VARIABLE] = OPTIONS
    try:
        yield
    finally:
        del os.environ[OPTIONS_VARIABLE]
        if before is not None:
            os.environ[OPTIONS_VARIABLE] = before
