"""The results of the models for a picture, as checked values in pixels of its full size."""

from dataclasses import dataclass
from math import floor

# Right eye, left eye, nose, right and left corner of the mouth, in YuNet's order.
LANDMARK_COUNT = 5

Landmarks = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in whole pixels; `x + width` is the first column to its right."""

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.x < 0 or self.y < 0:
            raise ValueError(f"Box must start inside the picture, got x={self.x}, y={self.y}")
        if self.width < 1 or self.height < 1:
            raise ValueError(f"Box must be at least 1x1 pixel, got {self.width}x{self.height}")


@dataclass(frozen=True, slots=True)
class Detection:
    """One face found in one picture; `score` is the detector's, from 0 to 1."""

    box: Box
    score: float
    landmarks: Landmarks

    def __post_init__(self) -> None:
        _check_found(self.score, self.landmarks)


@dataclass(frozen=True, slots=True)
class Dropped:
    """The number of likely faces of a picture that are left out, as too small or too uncertain."""

    too_small: int = 0
    too_unsure: int = 0


NONE_DROPPED = Dropped()


@dataclass(frozen=True, slots=True)
class AgeEstimate:
    """Apparent age: the expected years, and the whole years between which it is with 80%."""

    years: float
    low: int
    high: int
    group: str

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.years <= self.high:
            raise ValueError(
                "AgeEstimate must have 0 <= low <= years <= high, "
                f"got low={self.low}, years={self.years}, high={self.high}"
            )
        if not self.group:
            raise ValueError("AgeEstimate must have a group such as '25-32', got an empty one")


def whole_years(years: float) -> int:
    """The nearest whole year, which filters compare and cells count."""
    return floor(years + 0.5)


@dataclass(frozen=True, slots=True)
class Gender:
    """Perceived gender, as the probability of `female`."""

    female: float

    def __post_init__(self) -> None:
        _check_share("Gender.female", self.female)

    @property
    def probability(self) -> float:
        """The probability of the likelier of the two."""
        return max(self.female, 1.0 - self.female)

    def value(self, min_probability: float) -> str:
        """`female`, `male`, or `unknown` if the probability of either is below the minimum."""
        if self.probability < min_probability:
            return "unknown"
        return "female" if self.female >= 0.5 else "male"


@dataclass(frozen=True, slots=True)
class Face:
    """A detection with its age and gender, as it is stored and shown."""

    box: Box
    score: float
    landmarks: Landmarks
    gender: Gender
    age: AgeEstimate

    def __post_init__(self) -> None:
        _check_found(self.score, self.landmarks)


def _check_found(score: float, landmarks: Landmarks) -> None:
    _check_share("score", score)
    if len(landmarks) != LANDMARK_COUNT:
        raise ValueError(f"A face has {LANDMARK_COUNT} landmarks, got {len(landmarks)}")


def _check_share(name: str, share: float) -> None:
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"{name} must be between 0 and 1, got {share}")
