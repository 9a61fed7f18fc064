"""Step 5c for videos: a copy of the whole video with a box around every face, the number of its
track, and what is thought of the person."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

import cv2
import numpy as np
from numpy.typing import NDArray

from db.video_values import JoinedVideo, StoredFrame
from models.face import Box
from models.shots import is_cut, measure_change, sign_frame
from models.tracks import Track
from models.video import Video
from worker.thumbnails import COLOURS, LETTERS, SHADE, shrink

# Every build of FFmpeg that OpenCV comes with has this encoder, and it is the fastest by far: 850
# frames of 640x360 in a second, against 40 for VP8 and 7 for VP9.
CODEC = "mp4v"
# Enough to see boxes and faces; larger ones take more time than all the rest.
LONGEST_SIDE_PIXELS = 1280
DEFAULT_FRAMES_PER_SECOND = 25.0

Rectangle = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class DrawnCopy:
    """An open file with the copy; `warning` says where it ends too early."""

    file: IO[bytes]
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the people of a frame that was looked at are, by the numbers of their tracks."""

    seconds: float
    signature: bytes
    boxes: Mapping[int, Box]


def draw_copy(
    video: Video,
    joined: JoinedVideo,
    frames: Iterable[StoredFrame],
    min_probability: float,
    says_stop: Callable[[], bool],
) -> DrawnCopy:
    """Ends where `says_stop` does, with a warning."""
    labels = {track.number: _label(track, min_probability) for track in joined.tracks}
    guide = Guide(read_moments(frames, joined))
    left_at = None
    # The encoder wants a file with a name.
    with tempfile.TemporaryDirectory(prefix="facetally-video-") as folder:
        path = Path(folder) / "copy.mp4"
        writer = _Writer(path, video.header.frames_per_second or DEFAULT_FRAMES_PER_SECOND)
        for seconds, bgr in video.read_all():
            if says_stop():
                left_at = seconds
                break
            small = shrink(bgr, LONGEST_SIDE_PIXELS)
            scale = small.shape[1] / bgr.shape[1]
            for number, box in guide.find(seconds, partial(_sign, small)).items():
                _draw(small, _scale(box, scale), *labels[number])
            writer.write(small)
        writer.close()
        file = path.open("rb")
    warning = None if left_at is None else f"The annotated copy ends at {left_at:.1f} s."
    return DrawnCopy(file, warning)


def _sign(bgr: NDArray[np.uint8]) -> bytes:
    return sign_frame(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False))


class _Writer:
    """Opens its encoder with the first frame, which says how large all are."""

    def __init__(self, path: Path, frames_per_second: float) -> None:
        self._path = path
        self._rate = frames_per_second
        self._writer: cv2.VideoWriter | None = None

    def write(self, bgr: NDArray[np.uint8]) -> None:
        height, width = bgr.shape[0] // 2 * 2, bgr.shape[1] // 2 * 2
        if self._writer is None:
            code = cv2.VideoWriter.fourcc(*CODEC)
            self._size = (max(2, width), max(2, height))
            self._writer = cv2.VideoWriter(
                str(self._path), cv2.CAP_FFMPEG, code, self._rate, self._size
            )
            if not self._writer.isOpened():
                raise OSError("no encoder takes pictures of this size and rate")
        fitting = bgr[:height, :width]
        if (fitting.shape[1], fitting.shape[0]) != self._size:
            fitting = cv2.resize(bgr, self._size).astype(np.uint8, copy=False)
        self._writer.write(np.ascontiguousarray(fitting))

    def close(self) -> None:
        if self._writer is None:
            self._path.touch()
        else:
            self._writer.release()


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


def _label(track: Track, min_probability: float) -> tuple[str, tuple[int, int, int]]:
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
