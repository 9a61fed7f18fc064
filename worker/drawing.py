"""Step 5c for videos: a copy of the video with a box around every face, the number of its track,
and what is thought of the person; drawn in pieces, and bound."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO

import cv2
import numpy as np
from numpy.typing import NDArray

from db.video_values import JoinedVideo, StoredFrame
from models.face import Box
from models.shots import is_cut, measure_change, sign_frame
from models.tracks import Track
from models.video import Video, VideoHeader
from worker.thumbnails import COLOURS, LETTERS, SHADE, shrink

# Every build of FFmpeg that OpenCV comes with has this encoder, and it is the fastest by far: 850
# frames of 640x360 in a second, against 40 for VP8 and 7 for VP9. In AVI each key frame tells all
# that a decoder has to know, so that pieces can be put behind each other as they are.
PIECE_CODEC = "XVID"
COPY_CODEC = "mp4v"
# What a worker that dies costs at most, and the least that is worth a file.
PIECE_FRAMES = 500
# Enough to see boxes and faces; larger ones take more time than all the rest.
LONGEST_SIDE_PIXELS = 1280
DEFAULT_FRAMES_PER_SECOND = 25.0

Rectangle = tuple[int, int, int, int]
Size = tuple[int, int]
Label = tuple[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Piece:
    """Frames of the copy in an open file of their own; the last is shown at `drawn_seconds`."""

    file: IO[bytes]
    drawn_seconds: float


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the people of a frame that was looked at are, by the numbers of their tracks."""

    seconds: float
    signature: bytes
    boxes: Mapping[int, Box]


def draw_pieces(
    video: Video,
    joined: JoinedVideo,
    frames: Iterable[StoredFrame],
    min_probability: float,
    after: float | None,
    says_stop: Callable[[], bool],
) -> Iterator[Piece]:
    """What comes after that time, or all of it; ends where `says_stop` does, with what is drawn."""
    labels = {track.number: _label(track, min_probability) for track in joined.tracks}
    guide = Guide(read_moments(frames, joined))
    drawn = _draw_frames(video, guide, labels, after, says_stop)
    for first in drawn:
        yield _encode(video.header, chain((first,), islice(drawn, PIECE_FRAMES - 1)))


def _draw_frames(
    video: Video,
    guide: "Guide",
    labels: Mapping[int, Label],
    after: float | None,
    says_stop: Callable[[], bool],
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    for seconds, bgr in video.read_all(after):
        if says_stop():
            return
        small = shrink(bgr, LONGEST_SIDE_PIXELS)
        scale = small.shape[1] / bgr.shape[1]
        for number, box in guide.find(seconds, partial(_sign, small)).items():
            _draw(small, _scale(box, scale), *labels[number])
        yield seconds, small


def _sign(bgr: NDArray[np.uint8]) -> bytes:
    return sign_frame(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False))


def _encode(header: VideoHeader, frames: Iterable[tuple[float, NDArray[np.uint8]]]) -> Piece:
    size = _copy_size(header)
    # The encoder wants a file with a name.
    with tempfile.TemporaryDirectory(prefix="facetally-video-") as folder:
        path = Path(folder) / "piece.avi"
        writer = _open_writer(path, PIECE_CODEC, header.frames_per_second, size, is_encoded=False)
        drawn_seconds = 0.0
        for seconds, bgr in frames:
            drawn_seconds = seconds
            fits = bgr.shape[1::-1] == size
            writer.write(bgr if fits else cv2.resize(bgr, size))
        writer.release()
        return Piece(path.open("rb"), drawn_seconds)


def _copy_size(header: VideoHeader) -> Size:
    """All frames of all pieces have that of the header: even sides, at most so long."""
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
        raise OSError("no encoder takes pictures of this size and rate")
    return writer


def bind_pieces(pieces: Iterable[Path], path: Path) -> None:
    """Put pieces behind each other in one MP4, without encoding them anew."""
    writer, number = None, 0
    for piece in pieces:
        capture = cv2.VideoCapture(str(piece), cv2.CAP_FFMPEG, [cv2.CAP_PROP_FORMAT, -1])
        if writer is None:
            width, height = (
                capture.get(cv2.CAP_PROP_FRAME_WIDTH),
                capture.get(cv2.CAP_PROP_FRAME_HEIGHT),
            )
            rate = capture.get(cv2.CAP_PROP_FPS)
            writer = _open_writer(
                path, COPY_CODEC, rate, (round(width), round(height)), is_encoded=True
            )
        while capture.grab():
            _, packet = capture.retrieve()
            writer.set(cv2.VIDEOWRITER_PROP_KEY_FLAG, capture.get(cv2.CAP_PROP_LRF_HAS_KEY_FRAME))
            writer.set(cv2.VIDEOWRITER_PROP_PTS, number)
            writer.write(packet)
            number += 1
        capture.release()
    if writer is None:
        raise OSError("not one frame was drawn")
    writer.release()


def read_moments(frames: Iterable[StoredFrame], joined: JoinedVideo) -> Iterator[Moment]:
    """The frames that were looked at, in their order, with the tracks of their faces."""
    numbers = iter(joined.face_tracks)
    for frame in frames:
        boxes = {next(numbers): seen.face.box for seen in frame.faces}
        yield Moment(frame.seconds, frame.signature, boxes)


class Guide:
    """Where each person is at any time: on the way between the two moments around it."""

    def __init__(self, moments: Iterator[Moment]) -> None:
        self._moments = moments
        self._before: Moment | None = None
        self._after = next(moments, None)

    def find(self, seconds: float, sign: Callable[[], bytes]) -> Mapping[int, Box]:
        """Times come in their order; `sign` gives the signature of the frame that is asked for."""
        while self._after is not None and self._after.seconds <= seconds:
            self._before, self._after = self._after, next(self._moments, None)
        before, after = self._before, self._after
        if before is None:
            return {}
        if after is None or seconds == before.seconds:
            return before.boxes
        if is_cut(before.signature, after.signature):
            signature = sign()
            changes = [measure_change(signature, one.signature) for one in (before, after)]
            return before.boxes if changes[0] < changes[1] else after.boxes
        return _mix(before, after, seconds)


def _mix(before: Moment, after: Moment, seconds: float) -> dict[int, Box]:
    part = (seconds - before.seconds) / (after.seconds - before.seconds)
    # Who is in one of them only is shown up to half way.
    found = dict(before.boxes if part < 0.5 else after.boxes)
    for number in before.boxes.keys() & after.boxes.keys():
        found[number] = _between(before.boxes[number], after.boxes[number], part)
    return found


def _between(first: Box, second: Box, part: float) -> Box:
    def mix(one: int, other: int) -> int:
        return round(one + (other - one) * part)

    return Box(
        mix(first.x, second.x),
        mix(first.y, second.y),
        max(1, mix(first.width, second.width)),
        max(1, mix(first.height, second.height)),
    )


def _label(track: Track, min_probability: float) -> Label:
    gender = track.gender.value(min_probability)
    colour = COLOURS[gender]
    return f"{track.number} {LETTERS[gender]} {track.age.years:.0f}", colour[::-1]


def _scale(box: Box, scale: float) -> Rectangle:
    left, top = round(box.x * scale), round(box.y * scale)
    return left, top, round((box.x + box.width) * scale), round((box.y + box.height) * scale)


def _draw(bgr: NDArray[np.uint8], box: Rectangle, text: str, colour: tuple[int, int, int]) -> None:
    left, top, right, bottom = box
    size = max(0.4, bgr.shape[1] / 1600)
    # Dark beside bright: one of the two stands out whatever lies beneath.
    cv2.rectangle(bgr, (left, top), (right, bottom), SHADE, 3)
    cv2.rectangle(bgr, (left, top), (right, bottom), colour, 1)
    base = max(top - 4, round(20 * size))
    for ink, width in ((SHADE, 3), (colour, 1)):
        cv2.putText(
            bgr, text, (left, base), cv2.FONT_HERSHEY_SIMPLEX, size, ink, width, cv2.LINE_AA
        )
