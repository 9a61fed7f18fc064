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
class Quality:
    """How well a face can be judged, and why.

    One that is not `judged` is too unclear: its gender is unknown, its age a guess, and neither is
    counted.
    """

    value: float  # 0 to 1
    judged: bool
    eye_pixels: float  # between the eyes, as from the front
    sharpness: float  # 0 to 1: the share of these pixels that show detail
    brightness: float  # 0 for black, 1 for white
    contrast: float  # 0 for one even gray, 1 for half black, half white
    yaw: int  # degrees, positive towards the right edge of the picture
    pitch: int  # positive upwards
    roll: int  # positive clockwise
    mouth_hidden: bool  # whether the mouth seems covered, as by a mask


@dataclass(frozen=True, slots=True)
class Face:
    """One face; `frame`, `time_seconds` and `track` are None in a picture."""

    box: Box
    score: float  # detection confidence, 0 to 1
    landmarks: tuple[tuple[int, int], ...]  # eyes, nose, corners of the mouth: x, y
    gender: Gender
    age: Age
    quality: Quality
    frame: int | None = None
    time_seconds: float | None = None
    track: int | None = None
    person: int | None = None  # who it is, within its job, where that links people


@dataclass(frozen=True, slots=True)
class Analysis:
    """The faces of one picture that was analyzed at once and not stored."""

    width: int
    height: int
    faces: tuple[Face, ...]
