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
from models.errors import FacetallyError
from models.videos.header import VideoHeader
from models.videos.motion import Corners
from models.videos.reader import Video
from models.videos.tracks import Track
from worker.lease import HeldChunk
from worker.pictures.thumbnails import COLORS, LETTERS, SHADE
from worker.videos.placement import Moment, place_people, read_moments, skip_moments

# Every build of FFmpeg that OpenCV comes with has this encoder, and it is the fastest by far: 850
# frames of 640x360 in a second, against 40 for VP8 and 7 for VP9. In AVI each key frame has all
# that a decoder needs, so that clips can be concatenated as they are.
CLIP_CODEC = "XVID"
WHOLE_CODEC = "mp4v"
# The most frames that are lost when a worker dies, and the fewest that are worth a file.
CLIP_FRAMES = 500
# Enough to see boxes and faces; encoding larger frames takes more time than everything else.
LONGEST_SIDE_PIXELS = 1280
DEFAULT_FRAMES_PER_SECOND = 25.0

Size = tuple[int, int]
Color = tuple[int, int, int]
Label = tuple[str, Color]


class DrawingFailed(FacetallyError):
    """The annotated video cannot be drawn; the people of the video are kept without it."""


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
    labels = {track.number: _label(track, min_probability) for track in joined.tracks}
    header = video.header
    moments = read_moments(frames, joined, max(header.width_pixels, header.height_pixels))
    drawn = _draw_frames(video, part, moments, labels, held)
    for first in drawn:
        yield _encode(header, chain((first,), islice(drawn, CLIP_FRAMES - 1)))


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
    size = _find_size(video.header)
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


def _encode(header: VideoHeader, frames: Iterable[tuple[float, NDArray[np.uint8]]]) -> Clip:
    size = _find_size(header)
    # The encoder needs a file with a name.
    with tempfile.TemporaryDirectory(prefix="facetally-video-") as folder:
        path = Path(folder) / "clip.avi"
        writer = _open_writer(path, CLIP_CODEC, header.frames_per_second, size, is_encoded=False)
        drawn_seconds = 0.0
        for seconds, bgr in frames:
            drawn_seconds = seconds
            writer.write(bgr)
        writer.release()
        return Clip(path.open("rb"), drawn_seconds)


def _find_size(header: VideoHeader) -> Size:
    """The size of all frames of all clips: that of the header, with even sides within the limit."""
    factor = min(1.0, LONGEST_SIDE_PIXELS / max(header.width_pixels, header.height_pixels, 1))
    width, height = (
        max(2, round(side * factor) // 2 * 2)
        for side in (header.width_pixels, header.height_pixels)
    )
    return width, height


def _open_writer(
    path: Path, codec: str, frames_per_second: float, size: Size, *, is_encoded: bool
) -> cv2.VideoWriter:
    code, rate = cv2.VideoWriter.fourcc(*codec), frames_per_second or DEFAULT_FRAMES_PER_SECOND
    words = [cv2.VIDEOWRITER_PROP_RAW_VIDEO, int(is_encoded)]
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, rate, size, words)
    if not writer.isOpened():
        raise DrawingFailed("no encoder accepts frames of this size and rate")
    return writer


def concatenate_clips(clips: Iterable[Path], path: Path) -> None:
    """Concatenate clips to one MP4 file, without encoding them again."""
    writer, number = None, 0
    for clip in clips:
        capture = cv2.VideoCapture(str(clip), cv2.CAP_FFMPEG, [cv2.CAP_PROP_FORMAT, -1])
        if writer is None:
            width, height = (
                capture.get(cv2.CAP_PROP_FRAME_WIDTH),
                capture.get(cv2.CAP_PROP_FRAME_HEIGHT),
            )
            rate = capture.get(cv2.CAP_PROP_FPS)
            writer = _open_writer(
                path, WHOLE_CODEC, rate, (round(width), round(height)), is_encoded=True
            )
        while capture.grab():
            _, packet = capture.retrieve()
            writer.set(cv2.VIDEOWRITER_PROP_KEY_FLAG, capture.get(cv2.CAP_PROP_LRF_HAS_KEY_FRAME))
            writer.set(cv2.VIDEOWRITER_PROP_PTS, number)
            writer.write(packet)
            number += 1
        capture.release()
    if writer is None:
        raise DrawingFailed("no frame was drawn")
    writer.release()


def _label(track: Track, min_probability: float) -> Label:
    gender = track.gender_value(min_probability)
    age = f" {track.age.years:.0f}" if track.judged else ""
    return f"{track.number} {LETTERS[gender]}{age}", COLORS[gender][::-1]


def _draw(bgr: NDArray[np.uint8], people: Sequence[tuple[Corners, str, Color]]) -> None:
    """Labels over boxes, each dark and bright: one of the two stands out on any background."""
    side, size = max(bgr.shape[:2]), max(0.4, bgr.shape[1] / 1600)
    boxes = [[round(one) for one in box * side] for box, _, _ in people]
    for (left, top, right, bottom), (_, _, color) in zip(boxes, people, strict=True):
        for ink, width in ((SHADE, 3), (color, 1)):
            cv2.rectangle(bgr, (left, top), (right, bottom), ink, width)
    for (left, top, _, _), (_, text, color) in zip(boxes, people, strict=True):
        base = left, max(top - 4, round(20 * size))
        for ink, width in ((SHADE, 3), (color, 1)):
            cv2.putText(bgr, text, base, cv2.FONT_HERSHEY_SIMPLEX, size, ink, width, cv2.LINE_AA)
