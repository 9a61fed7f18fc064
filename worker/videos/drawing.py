"""The annotated video: a box around every face, with the number of its track, and the person's
gender and age. It is drawn in clips, which are concatenated."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO

import cv2
import numpy as np
from numpy.typing import NDArray

from db.video_values import JoinedVideo, StoredFrame
from models.tracks.motion import Corners
from models.tracks.tracks import Track
from models.videos.encoder import ClipEncoder
from models.videos.ffmpeg import Ffmpeg
from models.videos.header import VideoHeader
from models.videos.reader import Video
from worker.lease import HeldChunk
from worker.pictures.thumbnails import (
    COLORS,
    LETTERS,
    LINES_PER_SIDE,
    SHADE,
    Rectangle,
    place_label,
    print_label,
)
from worker.videos.placement import Moment, place_people, read_moments, skip_moments

# The most frames that are lost when a worker dies, and the fewest that are worth a file.
CLIP_FRAMES = 500
# Enough to see boxes and faces; encoding larger frames takes more time than everything else.
LONGEST_SIDE_PIXELS = 1280

Size = tuple[int, int]
Color = tuple[int, int, int]
# A small picture (H, W, 3) BGR, and the color of the box.
Label = tuple[NDArray[np.uint8], Color]


@dataclass(frozen=True, slots=True)
class Clip:
    """Frames of the annotated video in an open file; the last is shown at `drawn_seconds`."""

    file: IO[bytes]
    drawn_seconds: float


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a video that is drawn: from one time to another, or to its end; the frames up to
    `drawn_seconds` are drawn already."""

    start_seconds: float
    end_seconds: float | None
    drawn_seconds: float | None


def draw_clips(
    video: Video,
    part: Part,
    joined: JoinedVideo,
    frames: Iterable[StoredFrame],
    min_probability: float,
    held: HeldChunk,
) -> Iterator[Clip]:
    """The clips of a video. Where the work has to stop, the last one has what is drawn by then."""
    header = video.header
    size = find_size(header)
    labels = {track.number: _label(track, min_probability, max(size)) for track in joined.tracks}
    moments = read_moments(frames, joined, max(header.width_pixels, header.height_pixels))
    drawn = _go_forward(_draw_frames(video, part, moments, labels, held))
    for first in drawn:
        yield _encode(video.ffmpeg, size, chain((first,), islice(drawn, CLIP_FRAMES - 1)))


def _go_forward(
    frames: Iterable[tuple[float, NDArray[np.uint8]]],
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Without frames whose times go back: no player could show them."""
    last = -1.0
    for seconds, bgr in frames:
        if seconds > last:
            last = seconds
            yield seconds, bgr


def _draw_frames(
    video: Video,
    part: Part,
    moments: Iterator[Moment],
    labels: Mapping[int, Label],
    held: HeldChunk,
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    start_seconds, drawn_seconds = part.start_seconds, part.drawn_seconds
    if drawn_seconds is not None:
        # People are followed from the last analyzed frame, as if nothing had been drawn yet.
        moments, seen_seconds = skip_moments(moments, drawn_seconds)
        start_seconds = start_seconds if seen_seconds is None else seen_seconds
    size = find_size(video.header)
    with closing(video.read_all(start_seconds, part.end_seconds, size)) as frames:
        for seconds, bgr, boxes in place_people(_skip_waits(frames, held), moments, held):
            if drawn_seconds is not None and seconds <= drawn_seconds:
                continue
            _draw(bgr, [(box, *labels[number]) for number, box in boxes.items()])
            yield seconds, bgr


def _skip_waits(
    frames: Iterable[tuple[float, NDArray[np.uint8]] | None], held: HeldChunk
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    for one in frames:
        if one is not None:
            yield one
        elif held.should_stop():
            return


def _encode(ffmpeg: Ffmpeg, size: Size, frames: Iterable[tuple[float, NDArray[np.uint8]]]) -> Clip:
    drawn_seconds = 0.0
    with tempfile.TemporaryDirectory(prefix="facetally-video-") as folder:
        path = Path(folder) / "clip.ts"
        with closing(ClipEncoder(ffmpeg, path, size)) as encoder:
            for seconds, bgr in frames:
                drawn_seconds = seconds
                encoder.add(seconds, bgr)
            encoder.finish()
        return Clip(path.open("rb"), drawn_seconds)


def find_size(header: VideoHeader) -> Size:
    """The size of all frames of all clips: that of the header, with even sides within the limit."""
    factor = min(1.0, LONGEST_SIDE_PIXELS / max(header.width_pixels, header.height_pixels, 1))
    width, height = (
        max(2, round(side * factor) // 2 * 2)
        for side in (header.width_pixels, header.height_pixels)
    )
    return width, height


def _label(track: Track, min_probability: float, longest_side: int) -> Label:
    gender = track.gender_value(min_probability)
    age = f" {track.age.years:.0f}" if track.judged else ""
    text = f"{track.number} {LETTERS[gender]}{age}"
    printed = print_label(text, COLORS[gender], longest_side)
    return np.ascontiguousarray(printed[:, :, ::-1]), COLORS[gender][::-1]


def _draw(
    bgr: NDArray[np.uint8], people: Sequence[tuple[Corners, NDArray[np.uint8], Color]]
) -> None:
    """Labels over boxes, each dark and bright: one of the two stands out on any background."""
    height, width = bgr.shape[:2]
    line = max(1, max(bgr.shape[:2]) // LINES_PER_SIDE)
    boxes = [_round(box * max(bgr.shape[:2])) for box, _, _ in people]
    for (left, top, right, bottom), (_, _, color) in zip(boxes, people, strict=True):
        for ink, thick in ((SHADE, 3 * line), (color, line)):
            cv2.rectangle(bgr, (left, top), (right, bottom), ink, thick)
    taken: list[Rectangle] = []
    for box, (_, label, _) in zip(boxes, people, strict=True):
        high, wide = label.shape[:2]
        left, top, right, bottom = place_label((wide, high), box, (width, height), taken)
        taken.append((left, top, right, bottom))
        bgr[top:bottom, left:right] = label[: height - top, : width - left]


def _round(box: Corners) -> Rectangle:
    left, top, right, bottom = (round(side) for side in box.tolist())
    return left, top, right, bottom
