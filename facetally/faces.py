"""A face: where it is, and its apparent age and gender."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the picture as a person sees it."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Gender:
    """The gender that a viewer would perceive."""

    value: str  # female, male or unknown
    probability: float  # of `value`
    female: float  # the raw probability of female


@dataclass(frozen=True, slots=True)
class Age:
    """Apparent age: expected years, a central 80% interval, and the nearest Adience group."""

    years: float
    low: int
    high: int
    group: str


@dataclass(frozen=True, slots=True)
class Face:
    """One face; `frame`, `time_seconds` and `track` are None in a picture."""

    box: Box
    score: float  # detection confidence, 0 to 1
    landmarks: tuple[tuple[int, int], ...]  # eyes, nose, corners of the mouth: x, y
    gender: Gender
    age: Age
    frame: int | None = None
    time_seconds: float | None = None
    track: int | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """The faces of one picture that was analyzed at once and not stored."""

    width: int
    height: int
    faces: tuple[Face, ...]
