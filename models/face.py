"""The results of the models for a picture, as checked values in pixels of its full size."""

from dataclasses import dataclass, field
from math import floor

# Right eye, left eye, nose, right and left corner of the mouth, in YuNet's order.
LANDMARK_COUNT = 5

Landmarks = tuple[tuple[int, int], ...]

# The gender of a face that is not given one.
UNKNOWN = "unknown"

# A face turned no further than this to either side is frontal: age and gender err no more than
# straight ahead.
FRONTAL_YAW_DEGREES = 20.0


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
            return UNKNOWN
        return "female" if self.female >= 0.5 else "male"


@dataclass(frozen=True, slots=True)
class Pose:
    """How a head is turned, in degrees; 0 is upright and towards the camera.

    `yaw` is positive towards the right edge of the picture, `pitch` upwards, and `roll` clockwise.
    """

    yaw: float
    pitch: float
    roll: float

    def __post_init__(self) -> None:
        for angle in (self.yaw, self.pitch, self.roll):
            if not -180.0 <= angle <= 180.0:
                raise ValueError(f"Pose must have angles from -180 to 180 degrees, got {angle}")


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """How well a face can be judged, and why.

    `value`, from 0 to 1, is how exact an age can be expected to be, relative to a clear face: 0.5
    means an error twice as large. `eye_pixels` is the distance between the eyes as from the front,
    in the picture's own pixels. `sharpness` is 1 if these pixels show all the detail they can, and
    about 0.5 if half as many would. `brightness` is 0 for black and 1 for white; `contrast` is 0
    for one even gray, and 1 for half black, half white. `mouth_hidden` is true if the mouth seems
    covered, as by a mask.
    """

    value: float
    eye_pixels: float
    sharpness: float
    brightness: float
    contrast: float
    pose: Pose
    mouth_hidden: bool = False

    def __post_init__(self) -> None:
        for name in ("value", "sharpness", "brightness", "contrast"):
            _check_share(f"FaceQuality.{name}", getattr(self, name))
        if not self.eye_pixels >= 0:
            raise ValueError(f"FaceQuality.eye_pixels must be at least 0, got {self.eye_pixels}")


@dataclass(frozen=True, slots=True)
class Face:
    """A detection with its age and gender, as it is stored and shown.

    One that is not `judged` is too poor for that: its age and gender are guesses, which do not
    count.
    """

    box: Box
    score: float
    landmarks: Landmarks
    gender: Gender
    age: AgeEstimate
    quality: FaceQuality
    judged: bool = True
    # Biometric data of a job that asks for people: never shown, and so in no log either.
    embedding: bytes | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_found(self.score, self.landmarks)

    def gender_value(self, min_probability: float) -> str:
        """`female`, `male`, or `unknown` if it is not judged, or not probable enough."""
        return self.gender.value(min_probability) if self.judged else UNKNOWN


def _check_found(score: float, landmarks: Landmarks) -> None:
    _check_share("score", score)
    if len(landmarks) != LANDMARK_COUNT:
        raise ValueError(f"A face has {LANDMARK_COUNT} landmarks, got {len(landmarks)}")


def _check_share(name: str, share: float) -> None:
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"{name} must be between 0 and 1, got {share}")
