"""Links the faces of successive frames into tracks, one for each person in a shot.

A track predicts where its face is next by assuming a steady speed; faces are paired with tracks so
that the sum of their distances is least. A track ends at a cut, or when its face is missing for too
long.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.optimize import linear_sum_assignment

from models.face import AgeEstimate, Box, Face, Gender
from models.nets.age import nearest_group
from models.videos.distances import NEVER, find_middle, measure_costs
from models.videos.tracks import FramePlace, SeenFace, Track

# A face that turns away or is hidden may come back within this time.
LONGEST_GAP_SECONDS = 2.0
# Sides of a face from which on age and gender gain nothing: that of the nets' chips.
FULL_SIDE_PIXELS = 64
# However sure the nets are of a gender, one frame counts no more than this.
SUREST_GENDER = 0.99


def rate_face(face: Face) -> float:
    """How much a face tells of its age and gender, 0 to 1: sure, large and seen from the front."""
    side = min(face.box.width, face.box.height)
    return face.score * min(1.0, side / FULL_SIDE_PIXELS) * _rate_pose(face)


def _rate_pose(face: Face) -> float:
    """1 where the nose lies midway between the eyes, less towards a profile."""
    (right, _), (left, _), (nose, _), *_ = face.landmarks
    between = max(1.0, math.dist(face.landmarks[0], face.landmarks[1]))
    return max(0.1, 1.0 - abs(nose - (right + left) / 2) / between)


@dataclass(slots=True, eq=False)
class _OpenTrack:
    """A track that may go on, with the sums that its estimates are made of."""

    number: int
    first_seconds: float
    box: Box
    seconds: float
    best: SeenFace
    best_place: FramePlace
    # How its middle moves, in pixels a second.
    speed: tuple[float, float] = (0.0, 0.0)
    seconds_visible: float = 0.0
    faces: int = 0
    best_weight: float = 0.0
    weight: float = 0.0
    # Weighted means, and the sum of the weighted squares of how far ages are from theirs.
    years: float = 0.0
    low_years: float = 0.0
    high_years: float = 0.0
    odds: float = 0.0
    squares: float = 0.0

    def add(self, seen: SeenFace, place: FramePlace) -> None:
        weight = rate_face(seen.face)
        if weight > self.best_weight:
            self.best, self.best_place, self.best_weight = seen, place, weight
        self._estimate(seen.face, weight)
        self.faces += 1
        self.seconds_visible += place.shown_seconds
        self._move(seen.face.box, place.seconds)

    def _estimate(self, face: Face, weight: float) -> None:
        """Means and squares are carried on as West (1979) does: rounding never adds up."""
        self.weight += weight
        part, off = weight / self.weight, face.age.years - self.years
        self.years += part * off
        self.squares += weight * off * (face.age.years - self.years)
        self.low_years += part * (face.age.low - self.low_years)
        self.high_years += part * (face.age.high - self.high_years)
        self.odds += part * (_log_odds(face.gender.female) - self.odds)

    def _move(self, box: Box, seconds: float) -> None:
        passed = seconds - self.seconds
        if passed > 0:
            (x, y), (old_x, old_y) = find_middle(box), find_middle(self.box)
            self.speed = (x - old_x) / passed, (y - old_y) / passed
        self.box, self.seconds = box, seconds

    def expect(self, seconds: float) -> tuple[float, float]:
        """Where its middle is to be looked for."""
        passed = seconds - self.seconds
        x, y = find_middle(self.box)
        return x + self.speed[0] * passed, y + self.speed[1] * passed

    def close(self) -> Track:
        years = round(self.years, 1)
        low = min(round(self.low_years), int(years))
        high = max(round(self.high_years), math.ceil(years))
        return Track(
            number=self.number,
            first_seconds=self.first_seconds,
            last_seconds=self.seconds,
            seconds_visible=round(self.seconds_visible, 3),
            faces=self.faces,
            gender=Gender(1.0 / (1.0 + math.exp(-self.odds))),
            age=AgeEstimate(years, low, high, nearest_group(years)),
            spread_years=round(math.sqrt(self.squares / self.weight), 2),
            best=self.best,
            best_position=self.best_place.position,
            best_frame=self.best_place.number,
            best_seconds=self.best_place.seconds,
        )


class Linker:
    """Takes the frames of a video in their order; what it holds does not grow with them."""

    def __init__(self, interval_seconds: float = 0.0) -> None:
        """Frames are `interval_seconds` apart: a face may miss one, however rare they are."""
        self.longest_gap_seconds = max(LONGEST_GAP_SECONDS, 2.5 * interval_seconds)
        self._open: list[_OpenTrack] = []
        self._numbers = 0

    def add_frame(self, faces: Sequence[SeenFace], place: FramePlace) -> list[int]:
        """The number of each face's track, from 1."""
        paired = self._pair(faces, place.seconds)
        numbers = []
        for index, seen in enumerate(faces):
            track = paired.get(index) or self._start(seen, place)
            track.add(seen, place)
            numbers.append(track.number)
        return numbers

    def close_old(self, seconds: float) -> list[Track]:
        """Those tracks whose faces have been away for too long, which are gone from here."""
        longest = self.longest_gap_seconds
        over = [one for one in self._open if seconds - one.seconds > longest]
        self._open = [one for one in self._open if seconds - one.seconds <= longest]
        return [one.close() for one in over]

    def close_all(self) -> list[Track]:
        """At a cut and at the end of the video."""
        over, self._open = self._open, []
        return [one.close() for one in over]

    def _start(self, seen: SeenFace, place: FramePlace) -> _OpenTrack:
        self._numbers += 1
        track = _OpenTrack(self._numbers, place.seconds, seen.face.box, place.seconds, seen, place)
        self._open.append(track)
        return track

    def _pair(self, faces: Sequence[SeenFace], seconds: float) -> dict[int, _OpenTrack]:
        if not faces or not self._open:
            return {}
        costs = measure_costs(
            [seen.face.box for seen in faces],
            [track.box for track in self._open],
            [track.expect(seconds) for track in self._open],
        )
        rows, columns = linear_sum_assignment(costs)
        return {
            int(row): self._open[column]
            for row, column in zip(rows, columns, strict=True)
            if costs[row, column] < NEVER
        }


def _log_odds(female: float) -> float:
    share = min(SUREST_GENDER, max(1.0 - SUREST_GENDER, female))
    return math.log(share / (1.0 - share))
