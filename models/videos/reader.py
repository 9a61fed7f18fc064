"""A video file to the frames that are analyzed, upright RGB like any picture.

The choice of frames depends on their times alone, so that a video can be read in parts.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import TooLargeItem, UnreadableItem
from models.pictures.file_kinds import DEMUXERS, FFMPEG_OPTIONS_VARIABLE
from models.pictures.picture import Picture
from models.pictures.working_size import WorkingSize
from models.videos.grid import MOST_SECONDS, Grid
from models.videos.quiet_file import QuietFile
from models.videos.retrieval import Retriever
from models.videos.truncation import breaks_off

# A seek aims this far before the wanted time, and farther if it still ends up after it.
SEEK_MARGINS_SECONDS = (0.5, 4.0, 20.0)
# No video has more; a header that says so is not believed.
MOST_FRAMES_PER_SECOND = 1000.0
OPEN_MILLISECONDS = 20_000
OPTIONS = f"format_whitelist;{DEMUXERS}|protocol_whitelist;none"


@dataclass(frozen=True, slots=True)
class VideoHeader:
    """What a file states about itself; `duration_seconds` is None if it states none."""

    width_pixels: int
    height_pixels: int
    frames_per_second: float
    duration_seconds: float | None


@dataclass(frozen=True, slots=True)
class Frame:
    """The first frame at or after a grid time: `position` is the number of that time, `number`
    counts all frames of the video, and it is shown at `seconds`."""

    position: int
    number: int
    seconds: float
    picture: Picture


class Video:
    """An open video file. Raises UnreadableItem if it has no frames, TooLargeItem if they have too
    many pixels."""

    def __init__(self, file: BufferedIOBase, *, max_pixels: int, working_size: WorkingSize) -> None:
        self._file = file
        self._working_size = working_size
        self._read_natively = QuietFile(file)
        self._capture = self._open()
        self._retriever = Retriever()
        self.header = self._read_header()
        pixels = self.header.width_pixels * self.header.height_pixels
        if pixels > max_pixels:
            self.close()
            raise TooLargeItem(
                f"The video has {pixels} pixels and at most {max_pixels} are allowed. Shrink it."
            )

    def close(self) -> None:
        self._capture.release()
        self._retriever.close()

    def breaks_off(self) -> bool:
        """Whether the file is truncated."""
        return breaks_off(self._file)

    def sample(self, grid: Grid, first: int, stop: int | None) -> Iterator[Frame | None]:
        """The frames whose grid times are numbered from `first` up to, not including, `stop`.

        None stands for a frame that was skipped, so that the caller can see progress.
        """
        before = self._seek_before(grid.time(first), lambda seconds: grid.locate(seconds) < first)
        for seconds in self._grab_all():
            position = grid.locate(seconds)
            if grid.is_over(seconds) or (stop is not None and position >= stop):
                return
            # The first frame at or after a grid time, and each frame for one grid time only.
            wanted = position >= first and (before is None or grid.locate(before) < position)
            before = seconds if before is None else max(before, seconds)
            yield self._retrieve(position, seconds) if wanted else None

    def read_all(
        self, start_seconds: float, end_seconds: float | None
    ) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        """Every frame from one time up to another: when it is shown, and its (H, W, 3) BGR."""
        self._seek_before(start_seconds, lambda seconds: seconds < start_seconds)
        for seconds in self._grab_all():
            if end_seconds is not None and seconds >= end_seconds:
                return
            if seconds < start_seconds:
                continue
            bgr = self._retriever.read(self._capture)
            if bgr is not None:
                yield seconds, bgr

    def _open(self) -> cv2.VideoCapture:
        self._file.seek(0)
        options = [cv2.CAP_PROP_N_THREADS, 1, cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_MILLISECONDS]
        with _bounded_formats():
            # OpenCV takes any binary file here; its types know only its own name for one.
            capture: cv2.VideoCapture = cv2.VideoCapture(
                self._read_natively,  # type: ignore[call-overload]
                cv2.CAP_FFMPEG,
                options,
            )
        self._read_natively.raise_fault()
        if not capture.isOpened():
            raise UnreadableItem(
                "No frames can be read from this video: it is damaged, truncated, or only sound. "
                "Send the original video again."
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

    def _seek_before(self, wanted: float, is_before: Callable[[float], bool]) -> float | None:
        """Seek to just after a frame before the wanted time, and return the time of that frame;
        None if that is the start of the video."""
        for margin in SEEK_MARGINS_SECONDS:
            target = wanted - margin
            if target <= 0:
                break
            self._capture.set(cv2.CAP_PROP_POS_MSEC, target * 1000)
            if self._capture.grab():
                seconds = self._read_seconds()
                if seconds > 0 and is_before(seconds):
                    return seconds
        self._reopen()
        return None

    def _grab_all(self) -> Iterator[float]:
        while self._capture.grab():
            yield self._read_seconds()
        self._read_natively.raise_fault()

    def _read_seconds(self) -> float:
        return float(self._capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000

    def _retrieve(self, position: int, seconds: float) -> Frame | None:
        bgr = self._retriever.read(self._capture)
        if bgr is None:
            return None
        height, width = bgr.shape[:2]
        factor = self._working_size.choose_factor(width, height)
        if factor > 1:
            size = (-(-width // factor), -(-height // factor))
            bgr = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
        number = round(seconds * self.header.frames_per_second)
        return Frame(position, number, seconds, Picture(rgb, width, height))


@contextmanager
def _bounded_formats() -> Iterator[None]:
    """OpenCV takes FFmpeg's options from the environment only."""
    before = os.environ.get(FFMPEG_OPTIONS_VARIABLE)
    os.environ[FFMPEG_OPTIONS_VARIABLE] = OPTIONS
    try:
        yield
    finally:
        del os.environ[FFMPEG_OPTIONS_VARIABLE]
        if before is not None:
            os.environ[FFMPEG_OPTIONS_VARIABLE] = before
