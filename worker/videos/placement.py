"""Step 5c for videos: where each person is in every frame, also where nobody looked at it."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from db.video_values import JoinedVideo, StoredFrame
from models.pictures.picture import Picture
from models.videos.motion import Corners, follow
from models.videos.shots import is_cut, measure_change, sign_frame
from worker.lease import HeldChunk
from worker.pictures.thumbnails import shrink

# Faces are followed in frames of this size: more tells no more, and takes longer.
LONGEST_SIDE_PIXELS = 640
# As many frames wait for the next one that was looked at, to be followed back from there as well;
# where these lie farther apart, the others are only followed from the one before.
MOST_WAITING = 32

# Of each person, by the number of the track, in parts of the frame's longer side.
Places = Mapping[int, Corners]
Placed = tuple[float, NDArray[np.uint8], Places]
NOBODY: Places = {}


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the people of a frame that was looked at are."""

    seconds: float
    signature: bytes
    places: Places


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A frame with where its people are, as far as the frames before it tell."""

    seconds: float
    bgr: NDArray[np.uint8]
    gray: NDArray[np.uint8]
    places: Places


def read_moments(
    frames: Iterable[StoredFrame], joined: JoinedVideo, longest_side: int
) -> Iterator[Moment]:
    """The frames that were looked at, in their order, with the tracks of their faces."""
    numbers = iter(joined.face_tracks)
    for frame in frames:
        boxes = ((next(numbers), seen.face.box) for seen in frame.faces)
        places = {
            number: np.array([box.x, box.y, box.x + box.width, box.y + box.height]) / longest_side
            for number, box in boxes
        }
        yield Moment(frame.seconds, frame.fingerprint, places)


def skip_moments(
    moments: Iterator[Moment], seconds: float
) -> tuple[Iterator[Moment], float | None]:
    """From the last one that is not after that time, and when that is; None where all are after."""
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
) -> Iterator[Placed]:
    """Every frame, (H, W, 3) BGR, with the people in it; frames and moments come in their order.

    Where the work has to stop, it ends without the frames whose next moment has not come.
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
    small = shrink(bgr, LONGEST_SIDE_PIXELS)
    return cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


class _Gap:
    """The frames from one moment up to the next; those ahead of the first show nobody."""

    def __init__(self, before: Moment | None, after: Moment | None) -> None:
        self._before, self._after = before, after
        self._waiting: deque[_Waiting] = deque()

    def open_next(self, after: Moment | None) -> "_Gap":
        return _Gap(self._after, after)

    def is_over(self, seconds: float) -> bool:
        return self._after is not None and seconds >= self._after.seconds

    def add(
        self, seconds: float, bgr: NDArray[np.uint8], gray: NDArray[np.uint8]
    ) -> Iterator[Placed]:
        """A frame that comes next; gives the one that has waited for the longest, if any."""
        places = NOBODY if self._before is None else self._before.places
        if self._waiting:
            last = self._waiting[-1]
            places = _follow(last.gray, gray, last.places)
        self._waiting.append(_Waiting(seconds, bgr, gray, places))
        if len(self._waiting) > MOST_WAITING:
            yield self._place(self._waiting.popleft(), NOBODY)

    def close(self, gray: NDArray[np.uint8]) -> Iterator[Placed]:
        """All that wait, now that the frame of the next moment is there."""
        back = [NOBODY if self._after is None else self._after.places]
        for one in reversed(self._waiting):
            back.append(_follow(gray, one.gray, back[-1]))
            gray = one.gray
        for one, places in zip(self._waiting, reversed(back[1:]), strict=True):
            yield self._place(one, places)

    def end(self) -> Iterator[Placed]:
        """All that wait where no frame comes any more."""
        for one in self._waiting:
            yield self._place(one, NOBODY)

    def _place(self, one: _Waiting, back: Places) -> Placed:
        return one.seconds, one.bgr, self._find(one, back)

    def _find(self, one: _Waiting, back: Places) -> Places:
        """The people of a frame, that has been reached from the next moment `back`, too."""
        before, after = self._before, self._after
        if before is None or after is None:
            return one.places
        if is_cut(before.signature, after.signature):
            signature = _sign(one.bgr)
            changes = [measure_change(signature, end.signature) for end in (before, after)]
            return one.places if changes[0] < changes[1] else back
        part = (one.seconds - before.seconds) / (after.seconds - before.seconds)
        # Who is in one of them only is shown up to half way.
        found = dict(one.places if part < 0.5 else back)
        for number in before.places.keys() & after.places.keys():
            ways = [some[number] for some in (one.places, back) if number in some]
            ends = [end.places[number] for end in (before, after)]
            found[number] = _mix(ways, ends, part)
        return found


def _follow(before: NDArray[np.uint8], after: NDArray[np.uint8], places: Places) -> Places:
    """Nobody is followed into a frame of another size."""
    if before.shape != after.shape:
        return {}
    side = max(before.shape)
    moved = follow(before, after, {number: place * side for number, place in places.items()})
    return {number: place / side for number, place in moved.items()}


def _sign(bgr: NDArray[np.uint8]) -> bytes:
    rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
    return sign_frame(Picture(rgb, bgr.shape[1], bgr.shape[0]))


def _mix(ways: Sequence[Corners], ends: Sequence[Corners], part: float) -> Corners:
    """Between where a face was followed to from either end; in a straight line where it was lost
    on both ways."""
    if len(ways) == 1:
        return ways[0]
    first, second = ways or ends
    return first + (second - first) * part
