"""How a video is cut into segments, by its header and by what the job asks for."""

from math import ceil

from db.job_values import JobOptions
from db.videos.frames import MOST_POSITIONS
from models.errors import TooLargeItem
from models.videos.grid import Grid
from models.videos.header import VideoHeader

# Each segment is this part of a slot's share of the frames left (Polychronopoulos and Kuck 1987):
# every slot has its part of a short video, and none works long after the others. But a segment is
# not so short that finding its first frame takes longer than analyzing it.
SEGMENTS_PER_SLOT = 2
FEWEST_FRAMES = 16

# The first grid position, and the one before which it ends; None is the end of the video.
SegmentBounds = tuple[int, int | None]


def make_grid(options: JobOptions) -> Grid:
    """The times of the frames that these options ask for."""
    return Grid(options.frames_per_second, options.start_seconds, options.end_seconds)


def cut_segments(
    options: JobOptions, header: VideoHeader, slots: int, segment_frames: int, most_frames: int
) -> tuple[SegmentBounds, ...]:
    """The segments of a video; raises TooLargeItem."""
    bound = _bound_positions(options)
    positions = bound
    if header.duration_seconds is not None:
        positions = make_grid(options).count(header.duration_seconds)
        positions = positions if bound is None else min(positions, bound)
    if positions is None:
        return ((0, None),)
    check_positions(positions, options, header, most_frames)
    per_frame = _positions_per_frame(options, header)
    starts = [0]
    while True:
        left = positions - starts[-1]
        frames = ceil(left / per_frame / (SEGMENTS_PER_SLOT * max(1, slots)))
        size = ceil(min(max(frames, FEWEST_FRAMES), segment_frames) * per_frame)
        if left <= size:
            break
        starts.append(starts[-1] + size)
    # A header may promise less than there is: the last segment ends with the video.
    return tuple(zip(starts, [*starts[1:], bound], strict=True))


def check_positions(
    positions: int, options: JobOptions, header: VideoHeader, most_frames: int
) -> None:
    """Raise TooLargeItem where this many positions of the grid have too many frames."""
    frames = positions / _positions_per_frame(options, header)
    if positions > MOST_POSITIONS or frames > most_frames:
        raise TooLargeItem(
            f"More than {most_frames} frames of the video would be analyzed. Ask for fewer "
            "frames_per_second, or for a part of it with start_seconds and end_seconds."
        )


def _positions_per_frame(options: JobOptions, header: VideoHeader) -> float:
    """Grid positions for each frame that there is: where frames are seconds apart, a fine grid
    makes no more work than there are frames."""
    rate = header.frames_per_second
    return max(1.0, options.frames_per_second / rate) if rate else 1.0


def _bound_positions(options: JobOptions) -> int | None:
    """The most grid positions that these options allow; None if the video's length decides."""
    bounds = [] if options.max_frames is None else [options.max_frames]
    if options.end_seconds is not None:
        bounds.append(make_grid(options).count(options.end_seconds))
    return min(bounds, default=None)
