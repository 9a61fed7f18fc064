"""Where each person is in every frame of a video, also in those that were not analyzed."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from db.video_values import JoinedVideo, StoredFrame
from models.pictures.picture import Picture
from models.pictures.pyramid import Pyramid
from models.tracks.fingerprints import fingerprint_frame
from models.tracks.motion import Corners, follow
from models.tracks.shots import is_shot_change, measure_change
from worker.lease import HeldChunk
from worker.pictures.thumbnails import shrink

# Faces are followed in frames of this size: larger ones gain nothing, and take longer.
LONGEST_SIDE_PIXELS = 640
# This many frames wait for the next analyzed one, to be followed back from there as well; where
# analyzed frames are farther apart, the others are only followed from the one before.
MOST_WAITING = 32

# Of each person, by the number of the track, as parts of the frame's longer side.
Boxes = Mapping[int, Corners]
AnnotatedFrame = tuple[float, NDArray[np.uint8], Boxes]
NOBODY: Boxes = {}


@dataclass(frozen=True, slots=True)
class Moment:
    """The people of an analyzed frame."""

    seconds: float
    fingerprint: bytes
    boxes: Boxes


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A frame with its people, as they were followed from the frames before it."""

    seconds: float
    bgr: NDArray[np.uint8]
    gray: NDArray[np.uint8]
    boxes: Boxes


def read_moments(
    frames: Iterable[StoredFrame], joined: JoinedVideo, longest_side: int
) -> Iterator[Moment]:
    """The analyzed frames, in order, with the tracks of their faces."""
    numbers = iter(joined.face_tracks)
    for frame in frames:
        faces = ((next(numbers), seen.face.box) for seen in frame.faces)
        boxes = {
            number: np.array([box.x, box.y, box.x + box.width, box.y + box.height]) / longest_side
            for number, box in faces
        }
        yield Moment(frame.seconds, frame.fingerprint, boxes)


def skip_moments(
    moments: Iterator[Moment], seconds: float
) -> tuple[Iterator[Moment], float | None]:
    """The moments from the last one that is not after that time, and its time; None if all are
    after it."""
    last: Moment | None = None
    for moment in moments:
        if moment.seconds > seconds:
            moments = chain((moment,), moments)
            break
        last = moment
    return (moments, None) if last is None else (chain((last,), moments), last.seconds)


def place_people(
    frames: Iterable[tuple[float, NDArray[np.uint8]]],
    moments: Iterator[Moment],
    held: HeldChunk,
) -> Iterator[AnnotatedFrame]:
    """Every frame, (H, W, 3) BGR, with the people in it; frames and moments come in order.

    Where the work has to stop, it ends without the frames that wait for their next moment.
    """
    gap = _Gap(None, next(moments, None))
    for seconds, bgr in frames:
        if held.should_stop():
            return
        gray = _make_gray(bgr)
        while gap.is_over(seconds):
            yield from gap.close(gray)
            gap = gap.open_next(next(moments, None))
        yield from gap.add(seconds, bgr, gray)
    yield from gap.end()


def _make_gray(bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    small = shrink(Pyramid(bgr), LONGEST_SIDE_PIXELS)
    return cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


class _Gap:
    """The frames from one moment to the next; those before the first moment show nobody."""

    def __init__(self, before: Moment | None, after: Moment | None) -> None:
        self._before, self._after = before, after
        self._waiting: deque[_Waiting] = deque()

    def open_next(self, after: Moment | None) -> "_Gap":
        return _Gap(self._after, after)

    def is_over(self, seconds: float) -> bool:
        return self._after is not None and seconds >= self._after.seconds

    def add(
        self, seconds: float, bgr: NDArray[np.uint8], gray: NDArray[np.uint8]
    ) -> Iterator[AnnotatedFrame]:
        """Add the next frame; if too many wait, the first of them is returned."""
        boxes = NOBODY if self._before is None else self._before.boxes
        if self._waiting:
            last = self._waiting[-1]
            boxes = _follow(last.gray, gray, last.boxes)
        self._waiting.append(_Waiting(seconds, bgr, gray, boxes))
        if len(self._waiting) > MOST_WAITING:
            yield self._annotate(self._waiting.popleft(), NOBODY)

    def close(self, gray: NDArray[np.uint8]) -> Iterator[AnnotatedFrame]:
        """All frames that wait, now that the frame of the next moment is there."""
        back = [NOBODY if self._after is None else self._after.boxes]
        for one in reversed(self._waiting):
            back.append(_follow(gray, one.gray, back[-1]))
            gray = one.gray
        for one, boxes in zip(self._waiting, reversed(back[1:]), strict=True):
            yield self._annotate(one, boxes)

    def end(self) -> Iterator[AnnotatedFrame]:
        """All frames that wait, at the end of the video."""
        for one in self._waiting:
            yield self._annotate(one, NOBODY)

    def _annotate(self, one: _Waiting, back: Boxes) -> AnnotatedFrame:
        return one.seconds, one.bgr, self._find(one, back)

    def _find(self, one: _Waiting, back: Boxes) -> Boxes:
        """The people of a frame; `back` are those that were followed from the next moment."""
        before, after = self._before, self._after
        if before is None or after is None:
            return one.boxes
        if is_shot_change(before.fingerprint, after.fingerprint):
            fingerprint = _make_fingerprint(one.bgr)
            changes = [measure_change(fingerprint, end.fingerprint) for end in (before, after)]
            return one.boxes if changes[0] < changes[1] else back
        part = (one.seconds - before.seconds) / (after.seconds - before.seconds)
        # People who are in only one of the two are shown in that half of the gap.
        found = dict(one.boxes if part < 0.5 else back)
        for number in before.boxes.keys() & after.boxes.keys():
            ways = [some[number] for some in (one.boxes, back) if number in some]
            ends = [end.boxes[number] for end in (before, after)]
            found[number] = _mix(ways, ends, part)
        return found


def _follow(before: NDArray[np.uint8], after: NDArray[np.uint8], boxes: Boxes) -> Boxes:
    """The boxes in the second frame; nobody is followed into a frame of another size."""
    if before.shape != after.shape:
        return {}
    side = max(before.shape)
    moved = follow(before, after, {number: box * side for number, box in boxes.items()})
    return {number: box / side for number, box in moved.items()}


def _make_fingerprint(bgr: NDArray[np.uint8]) -> bytes:
    rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
    return fingerprint_frame(Picture(rgb, bgr.shape[1], bgr.shape[0]))


def _mix(ways: Sequence[Corners], ends: Sequence[Corners], part: float) -> Corners:
    """Between the two positions that a face was followed to; on the straight line between its ends
    where both lost it."""
    if len(ways) == 1:
        return ways[0]
    first, second = ways or ends
    return first + (second - first) * part
