"""A track that is being followed: the sums its estimates are made of, and where its face is
next."""

import math
from dataclasses import dataclass

from models.age_groups import nearest_group
from models.face import AgeEstimate, Box, Face, Gender
from models.tracks.distances import find_center
from models.tracks.tracks import SeenFace, ShownFrame, Track

# Squared, because a face of half the quality has twice the error: the weights of least variance.
# Tracks made of 8 degraded pictures of one labeled face each are 5.4 years off, with equal weights
# 5.9 years: `make bench-quality`.
QUALITY_POWER = 2
LEAST_WEIGHT = 1e-6
# The gender probability of one frame is capped at this, so that no frame outweighs all others.
SUREST_GENDER = 0.99


def weigh_face(face: Face) -> float:
    """The weight of a face in its track's estimates, above 0 and at most 1."""
    return max(LEAST_WEIGHT, face.quality.value**QUALITY_POWER)


def rank_face(face: Face) -> tuple[float, float]:
    """Which of a track's faces shows the person best."""
    return face.quality.value, face.score


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
    weight: float = 0.0
    # Weighted means, and the weighted sum of squared differences of ages from their mean.
    years: float = 0.0
    low_years: float = 0.0
    high_years: float = 0.0
    odds: float = 0.0
    squares: float = 0.0

    def add(self, seen: SeenFace, frame: ShownFrame) -> None:
        """Continue the track with its face in a later frame."""
        if rank_face(seen.face) > rank_face(self.best.face):
            self.best, self.best_frame = seen, frame
        self._estimate(seen.face, weigh_face(seen.face))
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
