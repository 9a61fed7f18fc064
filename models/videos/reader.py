"""A video file to the frames that are analyzed, upright RGB like any picture.

The choice of frames depends on their times alone, so that a video can be read in parts.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from models.errors import TooLargeItem
from models.pictures.picture import Picture
from models.pictures.working_size import WorkingSize
from models.videos.budget import COUNTED_FRAMES, require_reachable
from models.videos.extent import measure_seconds
from models.videos.ffmpeg import Ffmpeg
from models.videos.filters import convert, deinterlace, select_from, select_on_grid, stop_at
from models.videos.grid import Grid
from models.videos.header import VideoHeader, read_header
from models.videos.stream import Decoding, decode
from models.videos.truncation import breaks_off

# A seek aims this far before the wanted time, and farther if it still ends up after it.
SEEK_MARGINS_SECONDS = (0.5, 4.0, 20.0)
# Times are rounded to this: those of a transport stream begin anywhere.
DIGITS = 9

Frames = Generator[tuple[float, NDArray[np.uint8]] | None, None, None]


@dataclass(frozen=True, slots=True)
class Frame:
    """The first frame at or after a grid time: `position` is the number of that time, `number`
    counts all frames of the video, and it is shown at `seconds`."""

    position: int
    number: int
    seconds: float
    picture: Picture


class Video:
    """An open video file. Raises UnreadableItem if it has no frames, UnsupportedItem if it is only
    sound, TooLargeItem if frames have too many pixels."""

    def __init__(
        self,
        ffmpeg: Ffmpeg,
        file: IO[bytes],
        *,
        max_pixels: int,
        working_size: WorkingSize,
        header: VideoHeader | None = None,
    ) -> None:
        """`header` is that of the same file, if it has been read before."""
        self.ffmpeg = ffmpeg
        self.file = file
        self._working_size = working_size
        self.header = header or read_header(ffmpeg, file)
        pixels = self.header.width_pixels * self.header.height_pixels
        if pixels > max_pixels:
            raise TooLargeItem(
                f"The video has {pixels} pixels and at most {max_pixels} are allowed. Shrink it."
            )

    def breaks_off(self) -> bool:
        """Whether the file is truncated."""
        return breaks_off(self.file)

    def measure_seconds(self, renew: Callable[[], None]) -> float | None:
        """How long its pictures last, or should last if the file breaks off; None if that cannot be
        known. `renew` is called meanwhile."""
        measured = measure_seconds(self.ffmpeg, self.file, self.header, renew)
        stated = self.header.duration_seconds
        if stated is None or measured is None:
            return measured or stated
        return max(stated, measured) if self.breaks_off() else measured

    def sample(
        self, grid: Grid, first: int, stop: int | None
    ) -> Generator[Frame | None, None, None]:
        """The frames whose grid times are numbered from `first` up to, not including, `stop`.

        None stands for a moment without a frame, so that the caller is not kept waiting. Raises
        TooLargeItem if too many frames would be decoded to reach the first.
        """
        width, height = self.header.width_pixels, self.header.height_pixels
        factor = self._working_size.choose_factor(width, height)
        size = (-(-width // factor), -(-height // factor))
        wanted = [
            *stop_at(self.header, None if stop is None else grid.time(stop)),
            select_on_grid(self.header, grid, first),
        ]
        frames = self._decode(
            grid.time(first), lambda seconds: grid.locate(seconds) < first, wanted, size, "rgb24"
        )
        passed, newest = 0, first - 1
        for one in frames:
            if one is None:
                yield None
                continue
            seconds, rgb = one
            position = grid.locate(seconds)
            if grid.is_over(seconds) or (stop is not None and position >= stop):
                return
            if position < first:
                require_reachable(passed * COUNTED_FRAMES, width * height)
                passed += 1
                continue
            # Where the size of frames changes, filters start again, and pass the next one anyway.
            if position <= newest:
                continue
            newest = position
            number = round(seconds * self.header.frames_per_second)
            yield Frame(position, number, seconds, Picture(rgb, width, height))
            if stop is not None and position == stop - 1:
                return

    def read_all(
        self, start_seconds: float, end_seconds: float | None, size: tuple[int, int]
    ) -> Frames:
        """Every frame from one time up to another: when it is shown, and its (H, W, 3) BGR of that
        width and height. None stands for a moment without a frame."""
        wanted = [*stop_at(self.header, end_seconds), select_from(self.header, start_seconds)]
        frames = self._decode(
            start_seconds, lambda seconds: seconds < start_seconds, wanted, size, "bgr24"
        )
        for one in frames:
            if one is None:
                yield None
                continue
            seconds, _ = one
            if end_seconds is not None and seconds >= end_seconds:
                return
            if seconds >= start_seconds:
                yield one

    def _decode(
        self,
        wanted_seconds: float,
        is_before: Callable[[float], bool],
        selected: Sequence[str],
        size: tuple[int, int],
        pixels: str,
    ) -> Frames:
        """Selected frames from before the wanted time on; from the start of the video if no seek
        ends there."""
        filters = [*deinterlace(self.header), *selected, *convert(self.header, *size)]
        for margin in SEEK_MARGINS_SECONDS:
            target = wanted_seconds - margin
            if target <= 0:
                break
            sought = self.header.begins_seconds + target
            frames = self._read(Decoding(filters, size, pixels, sought))
            first: tuple[float, NDArray[np.uint8]] | None = None
            for one in frames:
                first = one
                if one is not None:
                    break
                yield None
            if first is not None and is_before(first[0]):
                yield first
                yield from frames
                return
        yield from self._read(Decoding(filters, size, pixels))

    def _read(self, wanted: Decoding) -> Frames:
        for one in decode(self.ffmpeg, self.file, wanted):
            if one is None:
                yield None
            else:
                yield round(one[0] - self.header.begins_seconds, DIGITS), one[1]
