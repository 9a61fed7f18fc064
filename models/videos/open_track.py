"""A track that is being followed: the sums its estimates are made of, and where its face is
next."""

import math
from dataclasses import dataclass

from models.age_groups import nearest_group
from models.face import AgeEstimate, Box, Face, Gender
from models.videos.distances import find_center
from models.videos.tracks import SeenFace, ShownFrame, Track

# Larger faces do not improve age and gender: it is the side of the models' chips.
FULL_SIDE_PIXELS = 64
# The gender probability of one frame is capped at this, so that no frame outweighs all others.
SUREST_GENDER = 0.99


def rate_face(face: Face) -> float:
    """The weight of a face in its track's estimates, 0 to 1: high if certain, large and frontal."""
    side = min(face.box.width, face.box.height)
    return face.score * min(1.0, side / FULL_SIDE_PIXELS) * _rate_pose(face)


def _rate_pose(face: Face) -> float:
    """1 if the nose is midway between the eyes, less towards a profile."""
    (right, _), (left, _), (nose, _), *_ = face.landmarks
    between = max(1.0, math.dist(face.landmarks[0], face.landmarks[1]))
    return max(0.1, 1.0 - abs(nose - (right + left) / 2) / between)


@dataclass(slots=True, eq=False)
class OpenTrack:
    """A track that may continue, with the sums of its estimates."""

    number: int
    first_seconds: float
    box: Box
    seconds: float
    best: SeenFace
    best_frame: ShownFrame
    # How its center moves, in pixels per second.
    speed: tuple[float, float] = (0.0, 0.0)
    seconds_visible: float = 0.0
    faces: int = 0
    best_weight: float = 0.0
    weight: float = 0.0
    # Weighted means, and the weighted sum of squared differences of ages from their mean.
    years: float = 0.0
    low_years: float = 0.0
    high_years: float = 0.0
    odds: float = 0.0
    squares: float = 0.0

    def add(self, seen: SeenFace, frame: ShownFrame) -> None:
        """Continue the track with its face in a later frame."""
        weight = rate_face(seen.face)
        if weight > self.best_weight:
            self.best, self.best_frame, self.best_weight = seen, frame, weight
        self._estimate(seen.face, weight)
        self.faces += 1
        self.seconds_visible += frame.shown_seconds
        self._move(seen.face.box, frame.seconds)

    def _estimate(self, face: Face, weight: float) -> None:
        """Update means and squares incrementally, after West (1979): rounding does not add up."""
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
            (x, y), (old_x, old_y) = find_center(box), find_center(self.box)
            self.speed = (x - old_x) / passed, (y - old_y) / passed
        self.box, self.seconds = box, seconds

    def predict(self, seconds: float) -> tuple[float, float]:
        """The center expected at that time, at a steady speed."""
        passed = seconds - self.seconds
        x, y = find_center(self.box)
        return x + self.speed[0] * passed, y + self.speed[1] * passed

    def close(self) -> Track:
        """The track as it is now."""
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
            best_position=self.best_frame.position,
            best_frame=self.best_frame.number,
            best_seconds=self.best_frame.seconds,
        )


def _log_odds(female: float) -> float:
    share = min(SUREST_GENDER, max(1.0 - SUREST_GENDER, female))
    return math.log(share / (1.0 - share))
